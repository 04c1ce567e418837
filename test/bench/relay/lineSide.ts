/** Makes the load of fan-out, in a process of its own. */
import { assert } from "@duro/crypto/types";
import { openBroadcastLine } from "./broadcastLine.ts";
import { type PacedRun, type PeakRun, runPaced, runPeak } from "./drive.ts";
import { serveJobs } from "./jobs.ts";
import type { Line } from "./line.ts";
import { openRelayLine } from "./relayLine.ts";

const lines = new Map<string, Line>();

const lineOf = (name: string): Line => {
  const line = lines.get(name);
  assert(line !== undefined, "the line was opened");
  return line;
};

type Named<Ask> = Ask & { readonly line: string };

const jobs = {
  openRelay: async ({ line, ...options }: Named<Parameters<typeof openRelayLine>[0]>) => {
    lines.set(line, await openRelayLine(options));
  },
  openBroadcast: async (ask: Named<{ url: string; receiverCount: number }>): Promise<void> => {
    lines.set(ask.line, await openBroadcastLine(ask.url, ask.receiverCount));
  },
  /** Apart, so that what making costs is not taken for what driving costs. */
  makeReady: (ask: Named<{ messageCount: number; putSize: number }>): void => {
    lineOf(ask.line).makeReady(ask.messageCount, ask.putSize);
  },
  peak: ({ line, ...ask }: Named<Parameters<typeof runPeak>[1]>): Promise<PeakRun> =>
    runPeak(lineOf(line), ask),
  paced: ({ line, ...ask }: Named<Parameters<typeof runPaced>[1]>): Promise<PacedRun> =>
    runPaced(lineOf(line), ask),
};

export type LineSide = typeof jobs;
serveJobs(jobs);
