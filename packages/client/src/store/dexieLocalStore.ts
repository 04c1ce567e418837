/**
 * The local store in a browser's IndexedDB. Dexie opens it and brings it up to date; the transactions
 * are the browser's own, since Dexie's follow whoever awaits anything while one is open (measured: a
 * commit from elsewhere ended up inside a view, and ended it).
 */
import { assert, err, ok, type Result } from "@duro/crypto/types";
import { Dexie } from "dexie";
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
  storeTables,
  storeVersion,
  type Write,
} from "../ports/localStore.ts";

export const openDexieLocalStore = async (name: string): Promise<Result<LocalStore, OpenError>> => {
  try {
    const version = await readVersion(name);
    if (version > storeVersion) return err({ type: "StoreNewer", version });
    const database = new Dexie(name);
    const schema = Object.fromEntries(storeTables.map((table) => [table, "key"]));
    database.version(storeVersion).stores(schema);
    await database.open();
    return ok(createStore(database));
  } catch (cause) {
    return err(storeErrorOf(cause));
  }
};

/** 0: there is none yet. Looked at first: Dexie would put our tables into a newer one. */
const readVersion = async (name: string): Promise<number> => {
  if (!(await Dexie.exists(name))) return 0;
  const database = new Dexie(name);
  await database.open();
  const version = database.verno;
  database.close();
  return version;
};

const createStore = (database: Dexie): LocalStore => {
  const backend = database.backendDB();
  let underWay: Promise<unknown> = Promise.resolve();
  let isClosed = false;
  /** One moment for each read. */
  const readOnce = (): StoreReader => createReader(backend.transaction(storeTables, "readonly"));
  const commit = async (
    writes: readonly Write[],
    durability: Durability,
  ): Promise<Result<void, CommitError>> => {
    if (isClosed) return err({ type: "StoreClosed" });
    if (writes.length === 0) return ok(undefined);
    try {
      await writeAll(backend, writes, durability);
      return ok(undefined);
    } catch (cause) {
      return err(storeErrorOf(cause));
    }
  };
  return {
    mayForget: true,
    get: async (table, key) => readOnce().get(table, key),
    range: async (table, range, countMax) => readOnce().range(table, range, countMax),
    view: async (work) => work(readOnce()),
    commit: (writes, { durability = "now" } = {}) => {
      const committed = commit(writes, durability);
      underWay = Promise.all([underWay, committed]);
      return committed;
    },
    // No browser says when what was deleted leaves its files.
    scrub: async () => {},
    close: async () => {
      isClosed = true;
      await underWay;
      database.close();
    },
  };
};

const answerOf = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.addEventListener("success", () => resolve(request.result));
    request.addEventListener("error", () => reject(causeOf(request.error)));
  });

const causeOf = (error: DOMException | null): DOMException => {
  assert(error !== null, "a request or transaction that failed says why");
  return error;
};

const keysIn = ({ from, end }: KeyRange): IDBKeyRange => {
  const { IDBKeyRange } = Dexie.dependencies;
  return end === undefined
    ? IDBKeyRange.lowerBound(from)
    : IDBKeyRange.bound(from, end, false, true);
};

/** IndexedDB takes no bytes that might be shared with another thread. */
const keyOf = (key: Uint8Array): IDBValidKey => new Uint8Array(key);

const createReader = (transaction: IDBTransaction): StoreReader => ({
  get: async (table, key) => {
    const entry: Entry | undefined = await answerOf(transaction.objectStore(table).get(keyOf(key)));
    return entry?.value;
  },
  range: (table, range, countMax): Promise<readonly Entry[]> =>
    answerOf(transaction.objectStore(table).getAll(keysIn(range), countMax)),
});

/** Strict: what is confirmed has reached the disk, and not only the system's memory. */
const hintOf: Readonly<Record<Durability, IDBTransactionDurability>> = {
  now: "strict",
  later: "relaxed",
};

const writeAll = (
  backend: IDBDatabase,
  writes: readonly Write[],
  durability: Durability,
): Promise<void> =>
  new Promise((resolve, reject) => {
    const tables = [...new Set(writes.map(({ table }) => table))];
    const transaction = backend.transaction(tables, "readwrite", {
      durability: hintOf[durability],
    });
    transaction.addEventListener("complete", () => resolve());
    transaction.addEventListener("abort", () => reject(causeOf(transaction.error)));
    for (const write of writes) apply(transaction.objectStore(write.table), write);
  });

const apply = (table: IDBObjectStore, write: Write): IDBRequest => {
  switch (write.kind) {
    case "put":
      return table.put({ key: write.key, value: write.value });
    case "delete":
      return table.delete(keyOf(write.key));
    case "deleteRange":
      return table.delete(keysIn(write));
  }
};

/** What the browser or Dexie said; anything else is a bug, and goes on. */
const storeErrorOf = (cause: unknown): StoreFull | StoreBroken => {
  const inner = cause instanceof Dexie.DexieError ? Reflect.get(cause, "inner") : cause;
  const said = inner ?? cause;
  if (!(said instanceof DOMException) && !(said instanceof Dexie.DexieError)) throw cause;
  return said.name === "QuotaExceededError"
    ? { type: "StoreFull" }
    : { type: "StoreBroken", code: said.name };
};
