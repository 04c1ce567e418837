/** What the daemon knows of its own health, and how the relay looks from where it stands. */
import { askRelay, docIdOfName } from "@duro/client";
import { ok } from "@duro/crypto/types";
import { docNames, rootDoc } from "@duro/memory";
import { Type } from "typebox";
import type { DaemonFacts, RelayFacts, SocketFacts } from "../api/doctorCalls.ts";
import type { Daemon, Home } from "./daemon.ts";
import { callRoute, type Route } from "./routes.ts";
import { inTime } from "./setup/inTime.ts";
import { askProblem } from "./setup/relayProblems.ts";
import { statusOf } from "./sync/status.ts";

/** A relay opens a socket at once; a proxy that does not know them may never answer. */
const socketMsMax = 8_000;
const secondMs = 1_000;

export const doctorRoutes: readonly Route[] = [
  callRoute<"doctor">({
    name: "doctor",
    schema: Type.Object({ isNetworkAsked: Type.Boolean() }),
    run: async (daemon, { isNetworkAsked }) => {
      const { home, settings } = daemon;
      const { server, pausedUntil, wordsTestedAtMs } = settings.now;
      const facts: DaemonFacts = {
        pid: process.pid,
        version: daemon.version,
        upMs: Math.round(process.uptime() * secondMs),
        memoryByteLength: process.memoryUsage.rss(),
        isSetUp: home !== undefined,
        server: server ?? null,
        isPaused: pausedUntil !== undefined,
        link: home?.engine.status.link ?? "none",
        isRemoved: home?.isRemoved ?? false,
        relay:
          isNetworkAsked && home !== undefined && server !== undefined
            ? await relayFacts(daemon, server)
            : null,
        alarms: home === undefined ? [] : statusOf(daemon, home).alarms,
        index: home === undefined ? null : await indexFacts(home),
        wordsTested: wordsTestedAtMs === undefined ? null : new Date(wordsTestedAtMs).toISOString(),
      };
      return ok(facts);
    },
  }),
];

const relayFacts = async (daemon: Daemon, server: string): Promise<RelayFacts> => {
  const asked = await inTime(daemon, (http) => askRelay(http, server));
  if (!asked.ok) {
    const { code, message, next } = askProblem(server, asked.error);
    return { isRelay: false, code, message, next: next ?? "" };
  }
  const { versionMin, versionMax, nowMs } = asked.value;
  return {
    isRelay: true,
    versionMin,
    versionMax,
    aheadMs: nowMs === undefined ? null : daemon.nowMs() - nowMs,
    socket: await socketFacts(daemon, server),
  };
};

/** Opened and closed again: the relay waits for a login that does not come. */
const socketFacts = async ({ transport, after }: Daemon, server: string): Promise<SocketFacts> =>
  new Promise((resolve) => {
    const settle = (facts: SocketFacts): void => {
      giveUp();
      resolve(facts);
      socket.close();
    };
    const giveUp = after(socketMsMax, () => settle({ isOpen: false, status: null, failure: null }));
    const socket = transport.dial(server, {
      onOpen: () => settle({ isOpen: true }),
      onMessage: () => {},
      onText: () => {},
      onClosed: ({ status, failure }) =>
        settle({ isOpen: false, status: status ?? null, failure: failure ?? null }),
    });
  });

const indexFacts = async (home: Home): Promise<IndexFacts> => {
  const { index, vault } = home;
  await home.settled();
  const documents = await home.read((memory) => docNames(memory));
  if (!documents.ok) return null;
  let missingCount = 0;
  let documentCount = 0;
  for (const name of documents.value) {
    if (name === rootDoc) continue; // It holds no entries.
    const mark = await vault.markOf(docIdOfName(vault.id, name));
    if (mark === undefined) continue; // Nothing has been written to it yet.
    documentCount += 1;
    // What follows the mark says that it may hold more than that.
    if (index.markOf(name)?.startsWith(mark) !== true) missingCount += 1;
  }
  return { documentCount, missingCount };
};

type IndexFacts = DaemonFacts["index"];
