/**
 * Migrations inside a transaction that goes on, up to a number: what is restored needs the tables that
 * it was backed up from, and whoever is stopped halfway must leave no tables behind.
 */
import { err, ok, type Result } from "@duro/crypto/types";
import { migrate } from "../../postgres/migrate.ts";
import type { Sql } from "../../postgres/sql.ts";
import type { Transaction } from "../../postgres/transact.ts";
import type { UpkeepError } from "../upkeepError.ts";

/** Thrown in the place of one transaction too many, and caught below only. */
class Enough extends Error {
  override readonly name = "Enough";
}

/** From empty up to the first `count` of them: each is a transaction of its own. */
export const migrateWithin = async (
  tx: Transaction,
  folder: string,
  count: number,
): Promise<Result<void, UpkeepError>> => {
  try {
    return await migrateAll(asPool(tx, count), folder);
  } catch (cause) {
    if (cause instanceof Enough) return ok(undefined);
    throw cause;
  }
};

/** Those that are missing. */
export const migrateRest = (tx: Transaction, folder: string): Promise<Result<void, UpkeepError>> =>
  migrateAll(asPool(tx), folder);

const migrateAll = async (pool: Sql, folder: string): Promise<Result<void, UpkeepError>> => {
  const migrated = await migrate(pool, folder);
  return migrated.ok ? ok(undefined) : err({ type: "MigrationFailed", error: migrated.error });
};

/** What runs on a pool can run inside one transaction: each of its own becomes a part of that. */
export const asPool = (tx: Transaction, beginCountMax = Infinity): Sql => {
  let beginCount = 0;
  const begin = (work: Parameters<Transaction["savepoint"]>[1]): Promise<unknown> => {
    beginCount += 1;
    return beginCount > beginCountMax ? Promise.reject(new Enough()) : tx.savepoint(work);
  };
  // A transaction has all that a pool has, but for ways to end it and to begin another.
  return new Proxy(tx as unknown as Sql, {
    get: (pool, name) => (name === "begin" ? begin : Reflect.get(pool, name)),
  });
};
