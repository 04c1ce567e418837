/** A stretch of work with the processor time of everybody who took part in it. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { busyMsOfMachine } from "./cpu.ts";
import { numberText, spreadOf } from "./figures.ts";
import type { Done } from "./jobs.ts";
import type { RelayProcess } from "./relayProcess.ts";

/** Whoever is measured: the relay with its Postgres, or its peer. */
export interface Server {
  cpuMs(): { readonly serverMs: number; readonly postgresMs: number };
}

export interface Measured<T> extends Done<T> {
  readonly serverMs: number;
  readonly postgresMs: number;
  /** Of whoever makes the load. */
  readonly loadMs: number;
  /** Of programs that have nothing to do with it, in processors. */
  readonly othersCount: number;
}

export const measured = async <T>(
  servers: readonly Server[],
  work: () => Promise<Done<T>>,
): Promise<Measured<T>> => {
  const before = servers.map((server) => server.cpuMs());
  const busyBeforeMs = busyMsOfMachine();
  const done = await work();
  const busyMs = busyMsOfMachine() - busyBeforeMs;
  let serverMs = 0;
  let postgresMs = 0;
  for (const [at, server] of servers.entries()) {
    const now = server.cpuMs();
    serverMs += now.serverMs - (before[at]?.serverMs ?? 0);
    postgresMs += now.postgresMs - (before[at]?.postgresMs ?? 0);
  }
  const othersMs = Math.max(0, busyMs - serverMs - postgresMs - done.cpuMs);
  return { ...done, serverMs, postgresMs, loadMs: done.cpuMs, othersCount: othersMs / done.wallMs };
};

/** µs of server, Postgres and load for each of what was counted. */
export const microsText = <T>(
  runs: readonly Measured<T>[],
  countOf: (value: T) => number,
): string =>
  (["serverMs", "postgresMs", "loadMs"] as const)
    .map((side) =>
      numberText(spreadOf(runs.map((run) => (run[side] * 1_000) / countOf(run.value))).median),
    )
    .join(" ");

export const driverShareOf = (runs: readonly Measured<unknown>[]): number =>
  spreadOf(runs.map(({ loadMs, wallMs }) => loadMs / wallMs)).median;

export const othersText = (runs: readonly Measured<unknown>[]): string =>
  numberText(spreadOf(runs.map(({ othersCount }) => othersCount)).median);

/** Into a file that Chromium's and Node's tools read; without a folder, nothing. */
export const profiled = async <T>(
  relay: Pick<RelayProcess, "askInside">,
  folder: string | undefined,
  name: string,
  work: () => Promise<T>,
): Promise<T> => {
  if (folder === undefined) return work();
  mkdirSync(folder, { recursive: true });
  await relay.askInside({ kind: "startProfile" });
  const value = await work();
  await relay.askInside({ kind: "stopProfile", file: join(folder, `${name}.cpuprofile`) });
  return value;
};
