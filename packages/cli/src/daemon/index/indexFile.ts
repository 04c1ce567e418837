/**
 * The file of the index: opened, or made anew where it does not fit. What is in it stands in the documents
 * too, so a file that cannot be read costs time and nothing else.
 */
import { closeSync, openSync, rmSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { indexVersion, schema } from "./schema.ts";

/** Says what happened to the file, in a sentence without names or paths. */
export type Tell = (sentence: string) => void;

/** Whoever reads the file reads the memory. */
const ownerOnly = 0o600;
/** Nobody else writes it; a reader that looks in from outside may hold it for a moment. */
const busyTimeoutMs = 2_000;

export const openIndexFile = (path: string, tell: Tell): DatabaseSync => {
  const present = tryToOpen(path);
  if (present.db !== undefined) return present.db;
  if (present.why !== undefined)
    tell(`The search index is made anew, since the one on disk ${present.why}.`);
  return makeIndexFile(path, tell);
};

export const makeIndexFile = (path: string, tell: Tell): DatabaseSync => {
  try {
    removeFiles(path);
    closeSync(openSync(path, "wx", ownerOnly));
    return furnish(new DatabaseSync(path, { timeout: busyTimeoutMs }));
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    tell("The search index is kept in memory only, since its file could not be made.");
    return furnish(new DatabaseSync(":memory:"));
  }
};

interface Opened {
  readonly db?: DatabaseSync;
  /** Undefined where there was none. */
  readonly why?: string;
}

const tryToOpen = (path: string): Opened => {
  let db: DatabaseSync | undefined;
  try {
    closeSync(openSync(path, "r+"));
  } catch {
    return {};
  }
  try {
    db = new DatabaseSync(path, { timeout: busyTimeoutMs });
    const version = db.prepare("PRAGMA user_version").get()?.["user_version"];
    if (version !== indexVersion) {
      db.close();
      return { why: version === 0 ? "was never finished" : "is of another version" };
    }
    db.prepare("SELECT count(*) FROM doc").get();
    db.prepare("SELECT rowid FROM words WHERE words MATCH 'a' LIMIT 1").get();
    return { db: prepareConnection(db) };
  } catch {
    db?.close();
    return { why: "cannot be read" };
  }
};

const prepareConnection = (db: DatabaseSync): DatabaseSync => {
  // What the last seconds before a crash lose shows in the marks. What was forgotten leaves the file, too.
  db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA secure_delete = ON;");
  return db;
};

const furnish = (db: DatabaseSync): DatabaseSync => {
  prepareConnection(db);
  db.exec(`BEGIN; ${schema} COMMIT;`);
  return db;
};

const removeFiles = (path: string): void => {
  for (const ending of ["", "-wal", "-shm", "-journal"]) rmSync(path + ending, { force: true });
};
