import { err, ok, type Result } from "@duro/crypto/types";
import { setTimeout as sleep } from "node:timers/promises";
import type { EmbeddedError } from "./embeddedError.ts";
import type { Ground } from "./ground.ts";
import { socketPathIn } from "./places.ts";
import { readPidFile } from "./postmaster.ts";
import { type Login, openSession, type RelaySession } from "./session.ts";

/** Waits for a server that runs or is about to, and takes the lock in it. */

export interface Attached {
  readonly pid: number;
  readonly login: Login;
  readonly session: RelaySession;
}

export type AttachError = Extract<
  EmbeddedError,
  { readonly type: "DataFolderBusy" | "DiskFull" | "LoginRefused" | "StartTimeout" }
>;

/** Recovery reads back at most what max_wal_size lets pile up; a slow disk needs most of a minute. */
const readySecondsMax = 60;
const msPerSecond = 1_000;
/** An operator who sees nothing for longer takes the relay for dead. */
const tellEveryMs = 3_000;
/** Short against the start itself, which takes some tens of milliseconds. */
const pollMs = 10;

interface Awaited {
  readonly ground: Ground;
  readonly pid: number;
  readonly password: string;
  readonly isGone: () => Promise<boolean>;
}

/** Undefined: not yet. The pid file says when it is time, so nobody knocks in vain. */
const tryAttach = async ({
  ground: { places },
  pid,
  password,
}: Awaited): Promise<Result<Attached, AttachError> | undefined> => {
  const file = await readPidFile(places.data);
  if (file?.pid !== pid || file.status !== "ready") return undefined;
  const login = { path: socketPathIn(file.socketFolder), password };
  const session = await openSession(login);
  if (session.ok) return ok({ pid, login, session: session.value });
  switch (session.error.type) {
    case "LockTaken":
      return err({ type: "DataFolderBusy", folder: places.folder });
    case "LoginRefused":
      return err({ ...session.error, passwordFile: places.password });
    case "NoRoom":
      return err({ type: "DiskFull", path: places.folder });
    case "NotReady":
      return undefined;
  }
};

/** Undefined when the server is gone before it was ready. */
export const attach = async (
  awaited: Awaited,
): Promise<Result<Attached | undefined, AttachError>> => {
  const { places, log } = awaited.ground;
  const beganAt = performance.now();
  let tellAt = beganAt + tellEveryMs;
  for (;;) {
    const attached = await tryAttach(awaited);
    if (attached !== undefined) return attached;
    if (await awaited.isGone()) return ok(undefined);
    const now = performance.now();
    if (now - beganAt > readySecondsMax * msPerSecond) {
      const { folder, logFile } = places;
      return err({ type: "StartTimeout", folder, logFile, seconds: readySecondsMax });
    }
    if (now >= tellAt) {
      const seconds = Math.round((now - beganAt) / msPerSecond);
      log(
        `Postgres in ${places.folder} is not ready after ${seconds} s; it may be repairing itself.`,
      );
      tellAt = now + tellEveryMs;
    }
    await sleep(pollMs);
  }
};
