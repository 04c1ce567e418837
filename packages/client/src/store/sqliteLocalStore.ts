/**
 * The local store in one SQLite file. A commit is written through to the disk before it resolves, unless it
 * may be lost: then it is in the log that is written ahead, and the next one that may not takes it along.
 * Commits of one turn of the event loop share that wait.
 */
import { closeSync, openSync } from "node:fs";
import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite";
import { assert, err, ok, type Result } from "@duro/crypto/types";
import {
  type CommitError,
  type Durability,
  type Entry,
  type KeyRange,
  type LocalStore,
  type OpenError,
  type StoreBroken,
  type StoreFull,
  type StoreReader,
  type StoreTable,
  storeTables,
  storeVersion,
  type Write,
} from "../ports/localStore.ts";

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

interface Waiting {
  readonly writes: readonly Write[];
  readonly durability: Durability;
  readonly answer: (outcome: Result<void, CommitError>) => void;
}

const createStore = (path: string, database: DatabaseSync): LocalStore => {
  const reader = createReader(database);
  const apply = createWriter(database);
  const setDurability = createDurability(database);
  let waiting: Waiting[] = [];
  let isClosed = false;

  const flush = (): void => {
    const together = waiting;
    waiting = [];
    // Closing came first.
    if (together.length === 0) return;
    setDurability(together.some(({ durability }) => durability === "now") ? "now" : "later");
    const outcome = inTransaction(database, () => {
      for (const { writes } of together) for (const write of writes) apply(write);
    });
    for (const { answer } of together) answer(outcome);
  };

  return {
    ...reader,
    view: async (work) => {
      const apart = new DatabaseSync(path, { readOnly: true });
      try {
        apart.exec("begin");
        return await work(createReader(apart));
      } finally {
        apart.close();
      }
    },
    commit: (writes, { durability = "now" } = {}) =>
      new Promise((answer) => {
        if (isClosed) return answer(err({ type: "StoreClosed" }));
        waiting.push({ writes, durability, answer });
        if (waiting.length === 1) queueMicrotask(flush);
      }),
    scrub: async () => {
      if (isClosed) return;
      flush();
      database.exec("pragma wal_checkpoint(truncate)");
    },
    close: async () => {
      if (isClosed) return;
      isClosed = true;
      flush();
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

const inTransaction = (database: DatabaseSync, work: () => void): Result<void, CommitError> => {
  try {
    database.exec("begin immediate");
    work();
    database.exec("commit");
    return ok(undefined);
  } catch (cause) {
    const error = storeErrorOf(cause);
    // SQLite itself ended the transaction after some of its errors.
    if (database.isTransaction) database.exec("rollback");
    return err(error);
  }
};

type Prepare = (table: StoreTable) => StatementSync;

/** One statement for each table, made when it is first needed. */
const perTable = (database: DatabaseSync, sqlOf: (table: StoreTable) => string): Prepare => {
  const made = new Map<StoreTable, StatementSync>();
  return (table) => {
    const known = made.get(table) ?? database.prepare(sqlOf(table));
    made.set(table, known);
    return known;
  };
};

const bytesIn = (row: Record<string, unknown>, column: string): Uint8Array => {
  const bytes = row[column];
  assert(bytes instanceof Uint8Array, "every column of a table is bytes");
  return bytes;
};

const boundsOf = ({ from, end }: KeyRange): SQLInputValue[] =>
  end === undefined ? [from] : [from, end];

const createReader = (database: DatabaseSync): StoreReader => {
  const one = perTable(database, (table) => `select value from ${table} where key = ?`);
  const within = perTable(
    database,
    (table) => `select key, value from ${table} where key >= ? and key < ? order by key limit ?`,
  );
  const onwards = perTable(
    database,
    (table) => `select key, value from ${table} where key >= ? order by key limit ?`,
  );
  return {
    get: async (table, key) => {
      const row = one(table).get(key);
      return row === undefined ? undefined : bytesIn(row, "value");
    },
    range: async (table, range, countMax): Promise<readonly Entry[]> =>
      (range.end === undefined ? onwards : within)(table)
        .all(...boundsOf(range), countMax)
        .map((row) => ({ key: bytesIn(row, "key"), value: bytesIn(row, "value") })),
  };
};

const createWriter = (database: DatabaseSync): ((write: Write) => void) => {
  const put = perTable(
    database,
    (table) =>
      `insert into ${table} (key, value) values (?, ?) on conflict do update set value = excluded.value`,
  );
  const remove = perTable(database, (table) => `delete from ${table} where key = ?`);
  const removeWithin = perTable(
    database,
    (table) => `delete from ${table} where key >= ? and key < ?`,
  );
  const removeOnwards = perTable(database, (table) => `delete from ${table} where key >= ?`);
  return (write) => {
    switch (write.kind) {
      case "put":
        return void put(write.table).run(write.key, write.value);
      case "delete":
        return void remove(write.table).run(write.key);
      case "deleteRange":
        return void (write.end === undefined ? removeOnwards : removeWithin)(write.table).run(
          ...boundsOf(write),
        );
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
