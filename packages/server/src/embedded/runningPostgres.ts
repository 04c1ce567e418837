import { rm } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import type { Attached } from "./attach.ts";
import type { FolderLock } from "./folderLock.ts";
import type { Ground } from "./ground.ts";
import { trimLog } from "./logFile.ts";
import { isPostmaster } from "./postmaster.ts";
import { databaseName, databaseUser, openSession, type RelaySession } from "./session.ts";
import { stopPostmaster } from "./stopPostmaster.ts";

export interface RunningPostgres {
  /** For postgres.js. */
  readonly connection: {
    readonly path: string;
    readonly user: string;
    readonly password: string;
    readonly database: string;
  };
  /** For the operator: what was done. */
  readonly sentence: string;
  readonly wasAdopted: boolean;
  readonly pid: number;
  /** Fast shutdown; resolves when it is gone and another relay may have the folder. */
  readonly stop: () => Promise<void>;
  /**
   * Resolves when the server ends without stop(), or is no longer ours. The folder stays locked, so
   * that no pool of this relay ever meets another relay's server: call stop() to let it go.
   */
  readonly died: Promise<void>;
}

export interface Ready {
  readonly ground: Ground;
  readonly attached: Attached;
  readonly folderLock: FolderLock;
  readonly sentence: string;
  readonly wasAdopted: boolean;
}

/** A minute of the worst a server can write is still far from filling a disk. */
const trimEveryMs = 60_000;

/** A server whose backend crashed throws out every session and repairs itself, mostly in a second. */
const retakeMsMax = 60_000;
const retakePollMs = 50;

/** The lock goes when its session does. Undefined when it cannot be had again. */
const retakeLock = async ({ ground, attached }: Ready): Promise<RelaySession | undefined> => {
  const { pid, login } = attached;
  const giveUpAt = performance.now() + retakeMsMax;
  while (await isPostmaster({ pid, data: ground.places.data })) {
    const session = await openSession(login);
    if (session.ok) {
      ground.log("Postgres had ended the relay's session; the relay holds its lock again.");
      return session.value;
    }
    if (session.error.type !== "NotReady" || performance.now() >= giveUpAt) return undefined;
    await sleep(retakePollMs);
  }
  return undefined;
};

export const createRunningPostgres = (ready: Ready): RunningPostgres => {
  const { ground, attached, folderLock, sentence, wasAdopted } = ready;
  const { pid, login } = attached;
  const { promise: died, resolve: tellDied } = Promise.withResolvers<void>();
  let session: RelaySession | undefined = attached.session;
  let stopped: Promise<void> | undefined;

  const trimmer = setInterval(() => {
    trimLog(ground.places).catch((cause: unknown) => {
      ground.log(`${ground.places.logFile} could not be shortened: ${String(cause)}`);
    });
  }, trimEveryMs);
  trimmer.unref();

  const watch = async (): Promise<void> => {
    while (session !== undefined) {
      await session.closed;
      if (stopped !== undefined) return;
      await session.end();
      session = await retakeLock(ready);
    }
    if (stopped === undefined) tellDied();
  };
  void watch();

  const stop = async (): Promise<void> => {
    clearInterval(trimmer);
    // The lock is kept until the server is gone: nobody adopts what is about to end.
    const isGone = await stopPostmaster({ pid, data: ground.places.data }, ground.log);
    await session?.end();
    // It may stand in /tmp, where nobody would know any more what it was for.
    if (isGone) await rm(ground.places.socketFolder, { recursive: true, force: true });
    folderLock.release();
  };

  return {
    connection: { ...login, user: databaseUser, database: databaseName },
    sentence,
    wasAdopted,
    pid,
    stop: () => (stopped ??= stop()),
    died,
  };
};
