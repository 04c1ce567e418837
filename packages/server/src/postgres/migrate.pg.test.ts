import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openEmptyTestDatabase, type TestDatabase } from "../testing/testDatabase.ts";
import { migrate } from "./migrate.ts";
import { connectSql } from "./sql.ts";

/** Every table and every applied file: what a start that refuses must leave as it is. */
const contentsOf = async ({ sql }: TestDatabase): Promise<readonly string[]> => {
  const tables = await sql<{ name: string }[]>`
    select relname as name from pg_class
    where relnamespace = 'public'::regnamespace order by relname`;
  const hasList = tables.some(({ name }) => name === "schema_migrations");
  const applied = hasList
    ? await sql<{ name: string }[]>`select number || name as name from schema_migrations`
    : [];
  return [...tables, ...applied].map(({ name }) => name);
};

/** Of all who started, in no order. */
const appliedBy = (results: readonly Awaited<ReturnType<typeof migrate>>[]): readonly string[] =>
  results
    .flatMap((result) => (result.ok ? result.value.applied : [result.error.type]))
    .toSorted((a, b) => (a < b ? -1 : 1));

const sleepingBackends = async ({ sql }: TestDatabase): Promise<readonly number[]> => {
  const backends = await sql<{ pid: number }[]>`
    select pid from pg_stat_activity
    where datname = current_database() and wait_event = 'PgSleep'`;
  return backends.map(({ pid }) => pid);
};

const program = fileURLToPath(new URL("../testing/migrateProcess.ts", import.meta.url));

describe("migrate", () => {
  let database: TestDatabase;
  let folder: string;

  beforeEach(async () => {
    database = await openEmptyTestDatabase();
    folder = await mkdtemp(join(tmpdir(), "duro-migrations-"));
  });
  afterEach(async () => {
    await database.close();
    await rm(folder, { recursive: true });
  });

  const write = (name: string, text: string): Promise<void> => writeFile(join(folder, name), text);

  test("an empty database gets every file, and a second start none", async () => {
    expect(await migrate(database.sql)).toEqual({
      ok: true,
      value: { applied: expect.any(Array) },
    });
    expect(await contentsOf(database)).toEqual(
      expect.arrayContaining(["accounts", "vaults", "schema_migrations", "10001_relay.sql"]),
    );
    expect(await migrate(database.sql)).toEqual({ ok: true, value: { applied: [] } });
  });

  test("of four nodes that start at once, one applies each file", async () => {
    await write("0001_a.sql", "select pg_sleep(0.2); create table a (); create table b ();");
    await write("0002_c.sql", "select pg_sleep(0.2); create table c ();");
    const nodes = Array.from({ length: 4 }, () =>
      connectSql({ kind: "url", url: database.url }, { connectionCountMax: 1 }),
    );
    const results = await Promise.all(nodes.map((sql) => migrate(sql, folder)));
    await Promise.all(nodes.map((sql) => sql.end()));
    expect(appliedBy(results)).toEqual(["0001_a.sql", "0002_c.sql"]);
  });

  test("the relay's own files are safe for four nodes at once", async () => {
    const results = await Promise.all(Array.from({ length: 4 }, () => migrate(database.sql)));
    const applied = appliedBy(results);
    expect(applied).toContain("0001_relay.sql");
    expect(new Set(applied).size).toBe(applied.length);
  });

  test("a new file is applied behind those that the database has", async () => {
    await write("0001_a.sql", "create table a ();");
    await migrate(database.sql, folder);
    await write("0002_b.sql", "alter table a add column b integer;");
    expect(await migrate(database.sql, folder)).toEqual({
      ok: true,
      value: { applied: ["0002_b.sql"] },
    });
  });

  test("a released file that was edited is refused by name, and other ends of lines are no edit", async () => {
    await write("0001_a.sql", "create table a\n();\n");
    await migrate(database.sql, folder);
    await write("0001_a.sql", "create table a\r\n();\r\n");
    expect(await migrate(database.sql, folder)).toEqual({ ok: true, value: { applied: [] } });
    await write("0001_a.sql", "create table a\n();\n-- edited\n");
    await write("0002_b.sql", "create table b ();");
    const before = await contentsOf(database);
    expect(await migrate(database.sql, folder)).toEqual({
      ok: false,
      error: { type: "MigrationChanged", name: "0001_a.sql" },
    });
    expect(await contentsOf(database)).toEqual(before);
  });

  test("a database of a newer program is left alone", async () => {
    await write("0001_a.sql", "create table a ();");
    await write("0002_b.sql", "create table b ();");
    await write("0003_c.sql", "create table c ();");
    await migrate(database.sql, folder);
    await rm(join(folder, "0003_c.sql"));
    const before = await contentsOf(database);
    expect(await migrate(database.sql, folder)).toEqual({
      ok: false,
      error: { type: "SchemaNewer", have: 3, know: 2 },
    });
    expect(await contentsOf(database)).toEqual(before);
  });

  test.each([
    ["a table", "create table customers (name text)"],
    ["a table in a schema of its own", "create schema shop; create table shop.customers (id int)"],
    ["a view", "create view today as select now()"],
    [
      "another program's list of migrations",
      "create table schema_migrations (version text primary key)",
    ],
  ])("a database with %s of somebody else is not ours", async (_, statement) => {
    await database.sql.unsafe(statement);
    const before = await database.sql`select relname from pg_class order by oid`;
    expect(await migrate(database.sql)).toEqual({ ok: false, error: { type: "NotOurDatabase" } });
    expect(await database.sql`select relname from pg_class order by oid`).toEqual(before);
  });

  test("a file that fails half way leaves nothing of itself and all before it", async () => {
    await write("0001_a.sql", "create table a ();");
    await write("0002_b.sql", "create table b (); create table b ();");
    await expect(migrate(database.sql, folder)).rejects.toThrow("already exists");
    expect(await contentsOf(database)).toEqual([
      "a",
      "schema_migrations",
      "schema_migrations_pkey",
      "10001_a.sql",
    ]);
  });

  test("a node that is killed in the middle leaves nothing, and the next one goes on", async () => {
    await write("0001_a.sql", "create table a (); select pg_sleep(30); create table b ();");
    const node = spawn(process.execPath, [program, database.url, folder]);
    const killed = once(node, "exit");
    await expect.poll(() => sleepingBackends(database), { timeout: 20_000 }).toHaveLength(1);
    node.kill("SIGKILL");
    await killed;
    // Postgres sees only after the statement that nobody is there any more.
    await database.sql`select pg_terminate_backend(pid) from unnest(${await sleepingBackends(database)}::int[]) pid`;
    await write("0001_a.sql", "create table a (); create table b ();");
    expect(await migrate(database.sql, folder)).toEqual({
      ok: true,
      value: { applied: ["0001_a.sql"] },
    });
  });

  test("files that skip a number are a bug of the program", async () => {
    await write("0002_b.sql", "create table b ();");
    await expect(migrate(database.sql, folder)).rejects.toThrow("without a gap");
  });
});
