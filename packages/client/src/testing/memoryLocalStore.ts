/** A local store in memory, for tests and the simulation: `disk` is what a crash would leave. */
import { err, ok } from "@duro/crypto/types";
import {
  type CommitError,
  type Entry,
  type KeyRange,
  type LocalStore,
  type StoreReader,
  type StoreTable,
  storeTables,
  type Write,
} from "../ports/localStore.ts";
import { compareBytes } from "./compareBytes.ts";

/** Tables that are replaced, never changed: whoever holds one sees one moment. */
export interface MemoryDisk {
  tables: ReadonlyMap<StoreTable, readonly Entry[]>;
}

export const createMemoryDisk = (): MemoryDisk => ({
  tables: new Map(storeTables.map((table) => [table, []])),
});

interface MemoryFaults {
  /** Undefined: the commit is kept. */
  readonly refuse?: (writes: readonly Write[]) => CommitError | undefined;
}

export const openMemoryLocalStore = (
  disk: MemoryDisk,
  { refuse }: MemoryFaults = {},
): LocalStore => {
  let isClosed = false;
  const reader = (): StoreReader => {
    if (isClosed) throw new Error("the store is closed");
    return readerOf(disk.tables);
  };
  return {
    get: async (table, key) => reader().get(table, key),
    range: async (table, range, countMax) => reader().range(table, range, countMax),
    view: async (work) => work(reader()),
    commit: async (writes) => {
      const refusal = isClosed ? ({ type: "StoreClosed" } as const) : refuse?.(writes);
      if (refusal !== undefined) return err(refusal);
      disk.tables = written(disk.tables, writes);
      return ok(undefined);
    },
    scrub: async () => {},
    close: async () => {
      isClosed = true;
    },
  };
};

const isWithin = ({ key }: Entry, { from, end }: KeyRange): boolean =>
  compareBytes(key, from) >= 0 && (end === undefined || compareBytes(key, end) < 0);

const copyOf = ({ key, value }: Entry): Entry => ({ key: key.slice(), value: value.slice() });

const readerOf = (tables: MemoryDisk["tables"]): StoreReader => ({
  get: async (table, key) =>
    tables
      .get(table)
      ?.find((entry) => compareBytes(entry.key, key) === 0)
      ?.value.slice(),
  range: async (table, range, countMax) =>
    (tables.get(table) ?? [])
      .filter((entry) => isWithin(entry, range))
      .slice(0, countMax)
      .map(copyOf),
});

const written = (before: MemoryDisk["tables"], writes: readonly Write[]): MemoryDisk["tables"] => {
  const after = new Map(before);
  for (const write of writes) after.set(write.table, changed(after.get(write.table) ?? [], write));
  return after;
};

const changed = (entries: readonly Entry[], write: Write): readonly Entry[] => {
  switch (write.kind) {
    case "put": {
      const others = entries.filter(({ key }) => compareBytes(key, write.key) !== 0);
      const at = others.findIndex(({ key }) => compareBytes(key, write.key) > 0);
      return others.toSpliced(at === -1 ? others.length : at, 0, copyOf(write));
    }
    case "delete":
      return entries.filter(({ key }) => compareBytes(key, write.key) !== 0);
    case "deleteRange":
      return entries.filter((entry) => !isWithin(entry, write));
  }
};
