/** Starts a daemon where none runs: one, however many commands want it at once. */
import { spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Program } from "../commands/command.ts";
import { takeLock } from "../daemon/lock.ts";
import { Exit } from "../exits.ts";
import { plainText } from "../output/plainText.ts";
import type { Machine } from "../places/findPlaces.ts";
import { makeFolders } from "../places/makeFolders.ts";
import type { Places } from "../places/places.ts";
import type { Problem } from "../problem.ts";
import { err, ok, type Result } from "../result.ts";
import type { DaemonStarter } from "./apiClient.ts";
import { parseObject, problemOf } from "./apiProblems.ts";
import { exchange } from "./exchange.ts";

export interface StartDeps {
  readonly places: Places;
  readonly program: Program;
  readonly machine: Pick<Machine, "env" | "platform" | "userId">;
  /** Since any moment; never back. */
  readonly nowMs: () => number;
}

type Started = Result<void, Problem>;

/** A daemon that has not come or gone by then will not: people do not wait longer either. */
const waitMsMax = 20_000;
/** A daemon comes up within some hundred milliseconds: looking more often only takes them from it. */
const lookIntervalMs = 15;
/** One that is there answers this at once. */
const pingMsMax = 2_000;
/** The last daemon may still be on its way out, and its lock with it. */
const busyIntervalMs = 100;

export const createStarter = (deps: StartDeps): DaemonStarter => ({
  start: async () => {
    const made = await makeFolders(deps.places, deps.machine);
    if (made.ok) return startOnce(deps);
    // Why ever it cannot run: to a script it is a daemon that is out of reach.
    return err({ ...made.error, exit: Exit.DaemonUnreachable });
  },
  stop: () => stopDaemon(deps),
});

const startOnce = async (deps: StartDeps): Promise<Started> => {
  const giveUpAtMs = deps.nowMs() + waitMsMax;
  for (;;) {
    const lock = takeStartLock(deps.places);
    if (!lock.ok) return lock;
    try {
      // Whoever had the lock before has started one meanwhile.
      if (await isThere(deps)) return ok(undefined);
      if (lock.value !== undefined) return await spawnAndWait(deps, giveUpAtMs);
    } finally {
      lock.value?.();
    }
    if (deps.nowMs() > giveUpAtMs)
      return err(
        notStarted(deps.places, "another command is starting it, and does not come to an end"),
      );
    await sleep(lookIntervalMs);
  }
};

const takeStartLock = ({ startLockFile }: Places): Result<(() => void) | undefined, Problem> => {
  try {
    return ok(takeLock(startLockFile));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    return err({
      code: "LockUnusable",
      exit: Exit.DaemonUnreachable,
      message: `The file ${startLockFile} cannot be used: ${reason}.`,
      next: "see that your user may write there and that the disk is not full",
    });
  }
};

/** Of whatever version: it says so itself when it is asked for more. */
const isThere = async (deps: StartDeps): Promise<boolean> => (await ping(deps)) === "answers";

const ping = async ({ places, program }: StartDeps): Promise<"answers" | "silent" | "nobody"> => {
  const request = { socket: places.socket, name: "ping", body: {}, version: program.version };
  const begun = await exchange({ ...request, answerMsMax: pingMsMax });
  if (!begun.ok) return begun.error.type === "NotListening" ? "nobody" : "silent";
  begun.value.stream.destroy();
  return "answers";
};

const spawnAndWait = async (deps: StartDeps, giveUpAtMs: number): Promise<Started> => {
  const daemon = spawnDaemon(deps);
  for (;;) {
    if (await isThere(deps)) return ok(undefined);
    const ended = daemon.ended();
    if (ended === Exit.Busy && deps.nowMs() <= giveUpAtMs) {
      await sleep(busyIntervalMs);
      return spawnAndWait(deps, giveUpAtMs);
    }
    if (ended !== undefined || deps.nowMs() > giveUpAtMs) {
      const { said, problem } = await lastWords(deps.places);
      if (problem !== undefined && isOfTheData(ended)) return err({ ...problem, exit: ended });
      const why =
        ended === undefined
          ? `it did not answer within ${waitMsMax / 1_000} s`
          : `it ended at once (${ended})`;
      return err(notStarted(deps.places, said === "" ? why : `${why} and said: ${said}`));
    }
    await sleep(lookIntervalMs);
  }
};

/** No daemon would get further: what is stored is damaged, or of a newer version. */
const isOfTheData = (ended: unknown): ended is DataExit =>
  ended === Exit.IntegrityFailure || ended === Exit.VersionMismatch;
type DataExit = typeof Exit.IntegrityFailure | typeof Exit.VersionMismatch;

const spawnDaemon = ({ places, program, machine }: StartDeps) => {
  const log = openSync(startLogOf(places), "w", 0o600);
  let end: number | string | undefined;
  const child = spawn(program.nodePath, [program.mainFile, "daemon", "--detached", "--json"], {
    // Of its own, so that Ctrl-C and a closed terminal end the command and not the daemon.
    detached: true,
    windowsHide: true,
    stdio: ["ignore", log, log],
    // No folder of a person's is kept busy by it.
    cwd: places.stateFolder,
    env: daemonEnvironment(machine.env, places),
  });
  closeSync(log);
  child.once("error", (cause) => (end = cause.message));
  child.once("exit", (code, signal) => (end = code ?? signal ?? "unknown"));
  child.unref();
  return { ended: () => end };
};

/** These are said to the command that starts it, not to the daemon. */
const ofTheCommand = new Set(["DURO_JSON", "DURO_QUIET", "DURO_NO_INPUT", "DURO_YES"]);

/**
 * With a fixed threshold glibc gives the memory of documents back once they are let go; by itself it
 * raises the threshold and keeps some 50 MB.
 */
const frugalMemory = { MALLOC_MMAP_THRESHOLD_: "65536" };

const daemonEnvironment = (env: Machine["env"], { home }: Places) => {
  const kept = Object.fromEntries(Object.entries(env).filter(([name]) => !ofTheCommand.has(name)));
  const frugal = { ...frugalMemory, ...kept };
  return home === undefined ? frugal : { ...frugal, DURO_HOME: home };
};

/** What the last one said before it had a log of its own. */
const startLogOf = ({ logFolder }: Places): string => join(logFolder, "start.log");

const lastWordsLengthMax = 600;

/** Its error, where it had the time to say one; otherwise the last it said. */
const lastWords = async (places: Places) => {
  const text = await readFile(startLogOf(places), "utf8").catch(() => "");
  const line = text.trim().split("\n").at(-1) ?? "";
  const said = parseObject(line, places.socket);
  const problem = said.ok ? problemOf(said.value) : undefined;
  return { problem, said: (problem?.message ?? plainText(line)).slice(0, lastWordsLengthMax) };
};

const notStarted = ({ logFolder }: Places, why: string): Problem => ({
  code: "DaemonNotStarted",
  exit: Exit.DaemonUnreachable,
  message: `The daemon could not be started: ${why.replace(/\.$/u, "")}.`,
  next: `duro doctor; the daemon's log is in ${logFolder}`,
});

const stopDaemon = async (deps: StartDeps): Promise<Started> => {
  const { places, program } = deps;
  const giveUpAtMs = deps.nowMs() + waitMsMax;
  const request = { socket: places.socket, name: "stop", body: {}, version: program.version };
  const begun = await exchange({ ...request, answerMsMax: pingMsMax });
  if (begun.ok) begun.value.stream.resume();
  while ((await ping(deps)) !== "nobody") {
    if (deps.nowMs() > giveUpAtMs) return err(notStopped);
    await sleep(lookIntervalMs);
  }
  return ok(undefined);
};

const notStopped: Problem = {
  code: "DaemonNotStopped",
  exit: Exit.DaemonUnreachable,
  message: `The daemon was told to stop and still runs after ${waitMsMax / 1_000} s.`,
  next: "duro doctor, which names its process",
};
