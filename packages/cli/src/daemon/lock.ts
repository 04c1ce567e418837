/**
 * One daemon for each place. The kernel's own file lock, which it lifts when the process dies however it
 * dies; Node reaches that lock through SQLite only, and the file is never written.
 */
import { closeSync, openSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";

/** A lock whose object nobody refers to would be collected, and lifted with it. */
const held = new Set<DatabaseSync>();

/** SQLite's code for a lock that another holds: https://www.sqlite.org/rescode.html. */
const sqliteBusy = 5;
const sqliteKindMask = 0xff;
const fileMode = 0o600;

/** Calling what comes back lets go. Undefined: another process has it. */
export const takeLock = (path: string): (() => void) | undefined => {
  closeSync(openSync(path, "a", fileMode));
  const file = new DatabaseSync(path, { timeout: 0 });
  try {
    file.exec("BEGIN EXCLUSIVE");
  } catch (cause) {
    file.close();
    if (isBusy(cause)) return undefined;
    throw cause;
  }
  held.add(file);
  return () => {
    if (held.delete(file)) file.close();
  };
};

const isBusy = (cause: unknown): boolean =>
  cause instanceof Error &&
  "errcode" in cause &&
  typeof cause.errcode === "number" &&
  (cause.errcode & sqliteKindMask) === sqliteBusy;
