/** The tables of the local store in SQLite: how they are read, and how one write is done. */
import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";
import { assert } from "@duro/crypto/types";
import type { Entry, KeyRange, StoreReader, StoreTable, Write } from "../ports/localStore.ts";

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

/** Read when it is called, not when the promise is looked at. */
export const createReader = (database: DatabaseSync): StoreReader => {
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

export const createWriter = (database: DatabaseSync): ((write: Write) => void) => {
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
