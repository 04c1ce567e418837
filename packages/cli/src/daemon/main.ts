/** The daemon as a program: takes its lock, opens what this machine has, and answers until it is stopped. */
import { mkdirSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { systemClock, systemRandomBytes } from "@duro/client";
import {
  createFileKeyStore,
  createNodeHttp,
  createNodeTransport,
  openSqliteLocalStore,
} from "@duro/client/node";
import { err, ok, type Result } from "@duro/crypto/types";
import { Exit } from "../exits.ts";
import type { Output } from "../output/output.ts";
import type { Places } from "../places/places.ts";
import type { Problem } from "../problem.ts";
import { createDaemonState } from "./daemonState.ts";
import { createFileLog } from "./fileLog.ts";
import { failureFacts } from "./failureFacts.ts";
import { takeLock } from "./lock.ts";
import { networkOf } from "./network.ts";
import { allRoutes } from "./allRoutes.ts";
import { listen } from "./server.ts";
import { startUpkeep } from "./entries/upkeep.ts";
import { openSettings } from "./settingsFile.ts";
import { startSettling } from "./settleMemory.ts";
import { untilStopped } from "./untilStopped.ts";

export interface DaemonOptions {
  readonly places: Places;
  readonly version: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Somebody sits at its terminal. */
  readonly isForeground: boolean;
  readonly out: Pick<Output, "problem" | "say">;
}

const folderMode = 0o700;
/** Nobody else may read what it makes. */
const fileMask = 0o077;

/** Resolves when it has been stopped. */
export const runDaemon = async (options: DaemonOptions): Promise<Exit> => {
  const ended = await withLock(options);
  return ended.ok ? Exit.Done : options.out.problem(ended.error);
};

const withLock = async (options: DaemonOptions): Promise<Result<void, Problem>> => {
  const { places } = options;
  process.umask(fileMask);
  for (const folder of [places.configFolder, places.dataFolder, places.stateFolder])
    mkdirSync(folder, { recursive: true, mode: folderMode });
  mkdirSync(dirname(places.lockFile), { recursive: true, mode: folderMode });
  const release = takeLock(places.lockFile);
  if (release === undefined) return err(busy);
  try {
    return await serve(options);
  } finally {
    release();
  }
};

const serve = async ({
  places,
  version,
  env,
  isForeground,
  out,
}: DaemonOptions): Promise<Result<void, Problem>> => {
  const clock = systemClock;
  const log = createFileLog({ folder: places.logFolder, nowMs: () => clock.nowMs() });
  const settings = await openSettings(places.settingsFile);
  if (!settings.ok) return settings;
  const network = networkOf(env);
  if (!network.ok) return network;
  const store = openSqliteLocalStore(places.storeFile);
  if (!store.ok) return err(storeProblem(store.error.type, places.storeFile));
  const stopping = new AbortController();
  const state = createDaemonState({
    places,
    version,
    log,
    clock,
    settings: settings.value,
    store: store.value,
    keyStore: createFileKeyStore({ path: places.seedFile, randomBytes: systemRandomBytes }),
    transport: createNodeTransport(network.value),
    http: createNodeHttp({ clock, ...network.value }),
    stop: () => void setImmediate(() => stopping.abort()),
    onChange: (change) => server?.changed(change),
  });
  let server: Awaited<ReturnType<typeof listen>> | undefined;
  process.on("uncaughtExceptionMonitor", (cause) => log.error("failed", failureFacts(cause)));
  try {
    const opened = await state.open();
    if (!opened.ok) log.error("opening failed", { code: opened.error.code });
    // The lock is ours, so whoever made it is gone.
    if (process.platform !== "win32") rmSync(places.socket, { force: true });
    server = await listen({
      socket: places.socket,
      version,
      routes: allRoutes,
      log,
      daemon: () => state.daemon,
      after: (ms, run) => clock.after(ms, run),
    });
    const settling = startSettling();
    const upkeep = startUpkeep({
      home: () => state.daemon.home,
      after: (ms, run) => clock.after(ms, run),
      onFailure: (cause) => log.error("upkeep failed", failureFacts(cause)),
    });
    log.info("started", { version, isSetUp: state.daemon.home !== undefined });
    if (isForeground) out.say(`The daemon runs and listens at ${places.socket}. Ctrl-C ends it.`);
    const why = await untilStopped({
      signal: stopping.signal,
      socket: places.socket,
      clock,
      isIdle: () =>
        state.daemon.home === undefined &&
        state.daemon.trouble === undefined &&
        server?.busyCount === 0,
    });
    log.info("stopping", { why });
    upkeep.stop();
    settling.stop();
  } finally {
    await server?.[Symbol.asyncDispose]();
    await state.close();
    await store.value.close();
    if (process.platform !== "win32") rmSync(places.socket, { force: true });
  }
  return ok(undefined);
};

const busy: Problem = {
  code: "DaemonRuns",
  exit: Exit.Busy,
  message: "A daemon runs for this memory already.",
  next: "duro status; or duro daemon restart",
};

const storeProblem = (type: string, file: string): Problem =>
  type === "StoreNewer"
    ? {
        code: type,
        exit: Exit.VersionMismatch,
        message: `The data in ${file} was written by a newer Duro.`,
        next: "update Duro on this machine",
      }
    : {
        code: type,
        exit: type === "StoreFull" ? Exit.Unexpected : Exit.IntegrityFailure,
        message:
          type === "StoreFull"
            ? `The disk has no room for ${file}.`
            : `The data in ${file} cannot be opened: it is damaged, or not Duro's.`,
        next: "duro doctor",
      };
