import { err, ok, type Result } from "@duro/crypto/types";
import { spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { attach, type Attached, type AttachError } from "./attach.ts";
import type { DiskError, EmbeddedError } from "./embeddedError.ts";
import type { Ground } from "./ground.ts";
import { logByteLength, logLinesSince } from "./logFile.ts";
import { serverArguments } from "./settings.ts";
import { stopPostmaster } from "./stopPostmaster.ts";
import { saysDiskFull } from "./systemError.ts";
import type { Way } from "./ways.ts";

/** Starts the server and waits until the relay's session holds the lock in it. */

type LaunchError =
  AttachError | DiskError | Extract<EmbeddedError, { readonly type: "StartFailed" }>;

/** Backends whose server was killed notice it at once, or when they are done with one long step. */
const heldUpMsMax = 10_000;
const heldUpPollMs = 100;
const heldUpWords = /pre-existing shared memory block|lock file "[^"]*" already exists/u;

const isHeldUp = ({ error }: { readonly error: LaunchError }): boolean =>
  error.type === "StartFailed" && error.lines.some((line) => heldUpWords.test(line));

/**
 * In a session of its own, so that Ctrl-C in the relay's terminal is for the relay, which then stops
 * Postgres in order; and with nothing of the relay's open, so that it outlives a relay that is killed.
 */
const spawnPostgres = ({ places, binaries, env }: Ground, way: Way) => {
  const log = openSync(places.logFile, "a", 0o600);
  try {
    const { command, args } = way.wrap({
      command: binaries.postgres,
      args: serverArguments(places),
    });
    const child = spawn(command, args, {
      env,
      cwd: "/",
      detached: true,
      stdio: ["ignore", log, log],
      ...way.spawnAs,
    });
    child.unref();
    return child;
  } finally {
    closeSync(log);
  }
};

const launchOnce = async (
  ground: Ground,
  way: Way,
  password: string,
): Promise<Result<Attached, LaunchError>> => {
  const { places, log } = ground;
  const logBefore = await logByteLength(places);
  const child = spawnPostgres(ground, way);
  let failure: string | undefined;
  let isOver = false;
  child.once("error", (cause) => {
    failure = cause.message;
    isOver = true;
  });
  child.once("exit", () => {
    isOver = true;
  });
  const attached = await attach({
    ground,
    pid: child.pid ?? 0,
    password,
    isGone: () => Promise.resolve(isOver),
  });
  if (!attached.ok) {
    // One that is still repairing itself is left to it: the next start finds it further on.
    const isOursToStop = attached.error.type !== "StartTimeout" && child.pid !== undefined;
    if (isOursToStop) await stopPostmaster({ pid: child.pid, data: places.data }, log);
    return attached;
  }
  if (attached.value !== undefined) return ok(attached.value);
  const lines = failure === undefined ? await logLinesSince(places, logBefore) : [failure];
  return saysDiskFull(lines)
    ? err({ type: "DiskFull", path: places.folder })
    : err({ type: "StartFailed", logFile: places.logFile, lines });
};

export const launch = async (
  ground: Ground,
  way: Way,
  password: string,
): Promise<Result<Attached, LaunchError>> => {
  const giveUpAt = performance.now() + heldUpMsMax;
  let isTold = false;
  for (;;) {
    const launched = await launchOnce(ground, way, password);
    if (launched.ok || !isHeldUp(launched) || performance.now() >= giveUpAt) return launched;
    if (!isTold) ground.log("A process of the Postgres that was killed is still at work: waiting.");
    isTold = true;
    await sleep(heldUpPollMs);
  }
};
