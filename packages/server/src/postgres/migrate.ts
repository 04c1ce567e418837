/**
 * Brings a database to the tables of this program. Knows numbered files of SQL and which of them a
 * database has; knows no table of the relay's but its own list.
 */
import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { assert, bytesAreEqual, err, ok, type Result } from "@duro/crypto/types";
import type { Sql } from "./sql.ts";
import { type Transaction, transact } from "./transact.ts";

export type MigrateError =
  /** A file that this database has was edited after it was released. */
  | { readonly type: "MigrationChanged"; readonly name: string }
  /** A newer program was here: start that one, or restore a backup of before. */
  | { readonly type: "SchemaNewer"; readonly have: number; readonly know: number }
  /** It holds somebody else's tables. */
  | { readonly type: "NotOurDatabase" };

interface Migration {
  readonly number: number;
  /** Of its file. */
  readonly name: string;
  readonly text: string;
  readonly hash: Uint8Array;
}

interface AppliedMigration {
  readonly number: number;
  readonly hash: Uint8Array;
}

const migrationsFolder = join(import.meta.dirname, "../migrations");
const fileNamePattern = /^(?<number>[0-9]{4})_[a-z0-9_]+\.sql$/u;

/** "migr": one at a time in a database, whichever node and connection they come from. */
const migrationLockKey = 0x6d69_6772;

const readMigrations = async (folder: string): Promise<readonly Migration[]> => {
  const names = (await readdir(folder)).filter((name) => name.endsWith(".sql")).toSorted();
  return Promise.all(
    names.map(async (name, place) => {
      const number = Number(fileNamePattern.exec(name)?.groups?.["number"]);
      assert(number === place + 1, "migrations are numbered from 0001 without a gap");
      // A checkout may have changed the ends of the lines, which changes nothing for Postgres.
      const text = (await readFile(join(folder, name), "utf8")).replaceAll("\r\n", "\n");
      return { number, name, text, hash: createHash("sha256").update(text).digest() };
    }),
  );
};

/** Undefined: there is no such list. */
const readApplied = async (
  tx: Transaction,
): Promise<Result<readonly AppliedMigration[] | undefined, MigrateError>> => {
  const columns = await tx<{ name: string }[]>`
    select attname as name from pg_attribute
    where attrelid = to_regclass('schema_migrations') and attnum > 0 and not attisdropped
    order by attnum`;
  if (columns.length === 0) return ok(undefined);
  // Other programs keep a table of this name, too.
  if (columns.map(({ name }) => name).join() !== "number,name,hash,applied_at")
    return err({ type: "NotOurDatabase" });
  return ok(
    await tx<AppliedMigration[]>`select number, hash from schema_migrations order by number`,
  );
};

/** Tables and the like of anybody, but not what an extension brought. */
const holdsTables = async (tx: Transaction): Promise<boolean> => {
  const found = await tx`
    select from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname <> 'information_schema' and n.nspname not like 'pg\\_%'
      and c.relkind in ('r', 'p', 'v', 'm', 'f', 'S')
      and not exists (
        select from pg_depend d
        where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e'
      )
    limit 1`;
  return found.length > 0;
};

/** The next one that is missing; undefined when none is. */
const nextMigration = (
  migrations: readonly Migration[],
  applied: readonly AppliedMigration[],
): Result<Migration | undefined, MigrateError> => {
  const unknown = applied.find(({ number }) => number > migrations.length);
  if (unknown !== undefined) {
    const have = applied.at(-1)?.number ?? unknown.number;
    return err({ type: "SchemaNewer", have, know: migrations.length });
  }
  const hashByNumber = new Map(applied.map(({ number, hash }) => [number, hash]));
  for (const migration of migrations) {
    const hash = hashByNumber.get(migration.number);
    if (hash === undefined) return ok(migration);
    if (!bytesAreEqual(hash, migration.hash))
      return err({ type: "MigrationChanged", name: migration.name });
  }
  return ok(undefined);
};

const applyMigration = async (tx: Transaction, migration: Migration): Promise<void> => {
  await tx.unsafe(migration.text);
  await tx`
    insert into schema_migrations (number, name, hash, applied_at)
    values (${migration.number}, ${migration.name}, ${migration.hash}, now())`;
};

/** One file in one transaction, so whoever is stopped leaves whole ones behind. */
const applyNext = async (
  tx: Transaction,
  migrations: readonly Migration[],
): Promise<Result<string | undefined, MigrateError>> => {
  // Whoever comes second waits for as long as the first one takes.
  await tx`set local lock_timeout = 0`;
  await tx`set local statement_timeout = 0`;
  await tx`select pg_advisory_xact_lock(${migrationLockKey})`;
  const applied = await readApplied(tx);
  if (!applied.ok) return applied;
  if (applied.value === undefined) {
    if (await holdsTables(tx)) return err({ type: "NotOurDatabase" });
    await tx`
      create table schema_migrations (
        number integer primary key,
        name text not null,
        hash bytea not null,
        applied_at timestamptz not null
      )`;
  }
  const next = nextMigration(migrations, applied.value ?? []);
  if (!next.ok || next.value === undefined) return next.ok ? ok(undefined) : next;
  await applyMigration(tx, next.value);
  return ok(next.value.name);
};

/** Safe to call from several nodes at once. A file that Postgres refuses throws, and leaves nothing. */
export const migrate = async (
  sql: Sql,
  folder: string = migrationsFolder,
): Promise<Result<{ readonly applied: readonly string[] }, MigrateError>> => {
  const migrations = await readMigrations(folder);
  const applied: string[] = [];
  for (;;) {
    const step = await transact(sql, (tx) => applyNext(tx, migrations));
    if (!step.ok) return step;
    if (step.value === undefined) return ok({ applied });
    applied.push(step.value);
  }
};
