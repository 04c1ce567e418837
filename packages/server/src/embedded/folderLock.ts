import { err, ok, type Result } from "@duro/crypto/types";
import { setTimeout as sleep } from "node:timers/promises";
import { DatabaseSync } from "node:sqlite";
import type { DiskError, EmbeddedError } from "./embeddedError.ts";
import type { Places } from "./places.ts";

/**
 * One relay for each folder. The kernel's own file lock, which it lifts when the process dies however
 * it dies, and which holds across containers that share a disk, where process ids mean nothing. Node
 * reaches that lock through SQLite only; the file is never written.
 */

export interface FolderLock {
  readonly release: () => void;
}

type LockError = DiskError | Extract<EmbeddedError, { readonly type: "DataFolderBusy" }>;

/** A relay that was told to stop a moment ago may still be on its way out. */
export const lingerMsMax = 1_000;
export const lingerPollMs = 40;

/** SQLite's codes: https://www.sqlite.org/rescode.html; the low byte is the kind. */
const sqliteBusy = 5;
const sqliteFull = 13;
const sqliteKindMask = 0xff;

/** A lock whose object nobody refers to would be collected, and lifted with it. */
const held = new Set<DatabaseSync>();

const kindOf = (cause: unknown): number | undefined =>
  cause instanceof Error && "errcode" in cause && typeof cause.errcode === "number"
    ? cause.errcode & sqliteKindMask
    : undefined;

const tryLock = ({ folder, lockFile }: Places): Result<FolderLock, LockError> => {
  let file: DatabaseSync | undefined;
  try {
    file = new DatabaseSync(lockFile, { timeout: 0 });
    file.exec("BEGIN EXCLUSIVE");
  } catch (cause) {
    file?.close();
    const kind = kindOf(cause);
    if (kind === undefined || !(cause instanceof Error)) throw cause;
    if (kind === sqliteBusy) return err({ type: "DataFolderBusy", folder });
    if (kind === sqliteFull) return err({ type: "DiskFull", path: lockFile });
    return err({ type: "FolderUnusable", path: lockFile, reason: cause.message });
  }
  const lock = file;
  held.add(lock);
  const release = (): void => {
    if (held.delete(lock)) lock.close();
  };
  return ok({ release });
};

export const takeFolderLock = async (places: Places): Promise<Result<FolderLock, LockError>> => {
  const giveUpAt = performance.now() + lingerMsMax;
  for (;;) {
    const lock = tryLock(places);
    const isBusy = !lock.ok && lock.error.type === "DataFolderBusy";
    if (!isBusy || performance.now() >= giveUpAt) return lock;
    await sleep(lingerPollMs);
  }
};
