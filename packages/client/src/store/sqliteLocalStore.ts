/**
 * The local store in one SQLite file. A commit is written through to the disk before it resolves, unless it
 * may be lost: then the next one that may not takes it along. Commits of one turn of the event loop share
 * that wait.
 */
import { closeSync, openSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { err, ok, type Result } from "@duro/crypto/types";
import {
  type CommitError,
  type Durability,
  type LocalStore,
  type OpenError,
  type StoreBroken,
  type StoreFull,
  storeTables,
  storeVersion,
} from "../ports/localStore.ts";
import { createCommitQueue } from "./commitQueue.ts";
import { createReader, createWriter } from "./sqliteTables.ts";

/** Others may not read what a person remembers. */
const fileMode = 0o600;

export const openSqliteLocalStore = (path: string): Result<LocalStore, OpenError> => {
  try {
    // SQLite would make it, and the files beside it, as open as the process's mask allows.
    closeSync(openSync(path, "a", fileMode));
    const database = new DatabaseSync(path);
    const version = prepareTables(database);
    if (version <= storeVersion) return ok(createStore(path, database));
    database.close();
    return err({ type: "StoreNewer", version });
  } catch (cause) {
    return err(storeErrorOf(cause));
  }
};

/** In this process's memory: nothing of it reaches the disk, and it ends when it is closed. */
export const openPassingLocalStore = (): LocalStore => {
  const path = ":memory:";
  const database = new DatabaseSync(path);
  prepareTables(database);
  const store = createStore(path, database);
  // Another connection would see another memory: here a look sees what is committed meanwhile.
  return { ...store, view: (work) => work(store) };
};

/** What version it was of; a newer one is not touched. */
const prepareTables = (database: DatabaseSync): number => {
  // In WAL, FULL syncs with every commit, and readers see one moment while others write.
  database.exec("pragma journal_mode = wal; pragma synchronous = full; pragma busy_timeout = 5000");
  // What is deleted is overwritten, in the file and then, by `scrub`, in what was written ahead of it.
  database.exec("pragma secure_delete = on");
  const version = Number(database.prepare("pragma user_version").get()?.["user_version"]);
  if (version > 0) return version;
  database.exec("begin immediate");
  for (const table of storeTables)
    database.exec(
      `create table if not exists ${table} (key blob primary key, value blob not null) strict`,
    );
  database.exec(`pragma user_version = ${storeVersion}; commit`);
  return storeVersion;
};

const createStore = (path: string, database: DatabaseSync): LocalStore => {
  const reader = createReader(database);
  const apply = createWriter(database);
  const setDurability = createDurability(database);
  const transact = createTransact(database);
  const queue = createCommitQueue({
    write: (writes, durability) => {
      setDurability(durability);
      return transact(() => writes.forEach(apply));
    },
    after: (ms, callback) => {
      const timer = setTimeout(callback, ms);
      return () => clearTimeout(timer);
    },
  });
  let isClosed = false;

  /** Where the disk has no room for what was confirmed, it is there for as long as somebody reads. */
  const reading = <T>(read: () => T): T => {
    if (isClosed || queue.flush().ok) return read();
    database.exec("begin immediate");
    try {
      queue.confirmed().forEach(apply);
      return read();
    } finally {
      if (database.isTransaction) database.exec("rollback");
    }
  };

  return {
    get: async (table, key) => reading(() => reader.get(table, key)),
    range: async (table, range, countMax) => reading(() => reader.range(table, range, countMax)),
    view: async (work) => {
      const flushed = queue.flush();
      if (!flushed.ok) throw new Error(`what was confirmed is not written: ${flushed.error.type}`);
      const apart = new DatabaseSync(path, { readOnly: true });
      try {
        apart.exec("begin");
        return await work(createReader(apart));
      } finally {
        apart.close();
      }
    },
    commit: (writes, { durability = "now" } = {}) => queue.commit(writes, durability),
    scrub: async () => {
      if (isClosed) return;
      queue.flush();
      database.exec("pragma wal_checkpoint(truncate)");
    },
    close: async () => {
      if (isClosed) return;
      isClosed = true;
      queue.close();
      database.close();
    },
  };
};

/** In WAL a commit with FULL syncs the whole log, and so whatever NORMAL had left in the system's memory. */
const synchronousOf: Readonly<Record<Durability, string>> = { now: "full", later: "normal" };

const createDurability = (database: DatabaseSync): ((durability: Durability) => void) => {
  let present: Durability = "now";
  return (durability) => {
    if (durability === present) return;
    database.exec(`pragma synchronous = ${synchronousOf[durability]}`);
    present = durability;
  };
};

const createTransact = (
  database: DatabaseSync,
): ((work: () => void) => Result<void, CommitError>) => {
  const [begin, commit] = [database.prepare("begin immediate"), database.prepare("commit")];
  return (work) => {
    try {
      begin.run();
      work();
      commit.run();
      return ok(undefined);
    } catch (cause) {
      const error = storeErrorOf(cause);
      // SQLite itself ended the transaction after some of its errors.
      if (database.isTransaction) database.exec("rollback");
      return err(error);
    }
  };
};

/** SQLITE_FULL, of which the upper bits say more. */
const fullCode = 13;
const primaryCodeBits = 0xff;
const fullErrnoCodes = new Set(["ENOSPC", "EDQUOT"]);

/** What SQLite or the file system said; anything else is a bug, and goes on. */
export const storeErrorOf = (cause: unknown): StoreFull | StoreBroken => {
  if (!(cause instanceof Error)) throw cause;
  const { errcode, code } = cause as { errcode?: unknown; code?: unknown };
  if (typeof errcode === "number")
    return (errcode & primaryCodeBits) === fullCode
      ? { type: "StoreFull" }
      : { type: "StoreBroken", code: `SQLite ${errcode}` };
  if (typeof code !== "string" || !/^E[A-Z]+$/u.test(code)) throw cause;
  return fullErrnoCodes.has(code) ? { type: "StoreFull" } : { type: "StoreBroken", code };
};
