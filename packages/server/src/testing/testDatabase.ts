/** A fresh database for one test, in the Postgres that testPostgres.ts starts or the environment names. */
import { randomBytes } from "node:crypto";
import { assert, bytesToHex } from "@duro/crypto/types";
import { migrate } from "../postgres/migrate.ts";
import { connectSql, type Sql } from "../postgres/sql.ts";

export interface TestDatabase {
  readonly sql: Sql;
  readonly url: string;
  /** Ends its connections, whosever they are, and drops it. */
  close(): Promise<void>;
}

/** A test has a few things going on at once. */
const connectionCountMax = 8;

/** What the setup drops when the run is over. */
export const testDatabasePrefix = "duro_test_";

/** Migrated databases that a test gave back empty: making one takes longer than most tests. */
const spares: string[] = [];

/** The same, in which a test has made nothing. */
const emptySpares: string[] = [];

const urlOf = (name?: string): string => {
  const url = process.env["DURO_TEST_DATABASE_URL"];
  assert(
    url !== undefined,
    "testPostgres.ts is the setup of these tests, or DURO_TEST_DATABASE_URL names a Postgres",
  );
  const named = new URL(url);
  if (name !== undefined) named.pathname = `/${name}`;
  return named.href;
};

const onceIn = async <T>(url: string, work: (sql: Sql) => Promise<T>): Promise<T> => {
  const sql = connectSql({ kind: "url", url }, { connectionCountMax: 1 });
  try {
    return await work(sql);
  } finally {
    await sql.end();
  }
};

const create = async (): Promise<string> => {
  const name = `${testDatabasePrefix}${bytesToHex(randomBytes(8))}`;
  await onceIn(urlOf(), (server) => server`create database ${server(name)}`);
  return name;
};

const drop = (name: string): Promise<unknown> =>
  onceIn(urlOf(), (server) => server`drop database ${server(name)} with (force)`);

const open = (name: string, giveBack: (name: string) => Promise<unknown>): TestDatabase => {
  const url = urlOf(name);
  const sql = connectSql({ kind: "url", url }, { connectionCountMax });
  const close = async (): Promise<void> => {
    await sql.end({ timeout: 1 });
    await giveBack(name);
  };
  return { sql, url, close };
};

/** Without any table. */
export const openEmptyTestDatabase = async (): Promise<TestDatabase> =>
  open(emptySpares.pop() ?? (await create()), keepOrDrop);

export const openTestDatabase = async (): Promise<TestDatabase> =>
  open(spares.pop() ?? (await createMigrated()), emptyOrDrop);

const createMigrated = async (): Promise<string> => {
  const name = await create();
  shapes.set(
    name,
    await onceIn(urlOf(name), async (sql) => {
      const migrated = await migrate(sql);
      assert(migrated.ok, "an empty database takes all migrations");
      return readShape(sql);
    }),
  );
  return name;
};

const shapes = new Map<string, string>();

/** What a test may have changed besides rows. Nobody gets its triggers after it. */
const readShape = async (sql: Sql): Promise<string> => {
  const [row] = await sql<{ shape: string }[]>`
    select concat_ws(' ',
      (select md5(string_agg(nspname, ' ' order by nspname)) from pg_namespace
        where nspname !~ '^pg_'),
      (select md5(string_agg(concat_ws(',', relname, relkind, relacl, reloptions), ' '
        order by oid)) from pg_class where relnamespace = 'public'::regnamespace),
      (select md5(string_agg(concat_ws(',', attrelid, attname, atttypid, attnotnull, atthasdef),
        ' ' order by attrelid, attnum)) from pg_attribute
        where attrelid in (select oid from pg_class where relnamespace = 'public'::regnamespace)),
      (select count(*) from pg_constraint), (select count(*) from pg_trigger),
      (select count(*) from pg_proc where pronamespace = 'public'::regnamespace),
      (select count(*) from pg_rewrite),
      (select count(*) from pg_db_role_setting where setdatabase <> 0),
      -- Not emptied with the rest: it says which tables there are.
      (select md5(string_agg(m::text, ' ' order by number)) from schema_migrations m)) as shape`;
  assert(row !== undefined, "a select without a table has a row");
  return row.shape;
};

const emptyOrDrop = async (name: string): Promise<void> => {
  const isAsBefore = await onceIn(urlOf(name), async (sql) => {
    await endOthers(sql);
    if ((await readShape(sql)) !== shapes.get(name)) return false;
    await deleteAll(sql);
    return true;
  });
  if (isAsBefore) spares.push(name);
  else await drop(name);
};

const keepOrDrop = async (name: string): Promise<void> => {
  const isEmpty = await onceIn(urlOf(name), async (sql) => {
    await endOthers(sql);
    const made = await sql`
      select from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
      union all
      select from pg_namespace where nspname !~ '^(pg_|information_schema$|public$)'`;
    return made.length === 0;
  });
  if (isEmpty) emptySpares.push(name);
  else await drop(name);
};

const endOthers = (sql: Sql): Promise<unknown> => sql`
  select pg_terminate_backend(pid, 10_000) from pg_stat_activity
  where datname = current_database() and pid <> pg_backend_pid()`;

const deleteAll = (sql: Sql): Promise<unknown> =>
  sql.unsafe(`
    do $$
    declare name text;
    begin
      for name in
        select relname from pg_class
        where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')
          and not relispartition and relname <> 'schema_migrations'
      loop
        execute format('delete from %I', name);
      end loop;
    end $$`);
