/**
 * Migrations inside a transaction that goes on, up to a number: what is restored needs the tables that
 * it was backed up from, and whoever is stopped halfway must leave no tables behind.
 */
import { copyFile, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { err, ok, type Result } from "@duro/crypto/types";
import { migrate } from "../../postgres/migrate.ts";
import type { Sql } from "../../postgres/sql.ts";
import type { Transaction } from "../../postgres/transact.ts";
import type { UpkeepError } from "../upkeepError.ts";

export const migrationsFolder = join(import.meta.dirname, "../../migrations");

export const readMigrationNames = async (folder: string): Promise<readonly string[]> =>
  (await readdir(folder)).filter((name) => name.endsWith(".sql")).toSorted();

/** The first `count` of them. */
export const migrateWithin = async (
  tx: Transaction,
  folder: string,
  count: number,
): Promise<Result<void, UpkeepError>> => {
  const names = (await readMigrationNames(folder)).slice(0, count);
  const some = await mkdtemp(join(tmpdir(), "duro-relay-migrations-"));
  try {
    for (const name of names) await copyFile(join(folder, name), join(some, name));
    const migrated = await migrate(asPool(tx), some);
    return migrated.ok
      ? ok(undefined)
      : err({ type: "MigrationFailed", error: migrated.error } as const);
  } finally {
    await rm(some, { recursive: true, force: true });
  }
};

/** What runs on a pool can run inside one transaction: each of its own becomes a part of that. */
export const asPool = (tx: Transaction): Sql =>
  // A transaction has all that a pool has, but for ways to end it and to begin another.
  new Proxy(tx as unknown as Sql, {
    get: (pool, name) =>
      name === "begin"
        ? (work: Parameters<Transaction["savepoint"]>[1]) => tx.savepoint(work)
        : Reflect.get(pool, name),
  });
