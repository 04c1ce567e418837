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

const serverUrl = (): URL => {
  const url = process.env["DURO_TEST_DATABASE_URL"];
  assert(
    url !== undefined,
    "testPostgres.ts is the setup of these tests, or DURO_TEST_DATABASE_URL names a Postgres",
  );
  return new URL(url);
};

const onServer = async (work: (sql: Sql) => Promise<unknown>): Promise<void> => {
  const sql = connectSql({ kind: "url", url: serverUrl().href }, { connectionCountMax: 1 });
  try {
    await work(sql);
  } finally {
    await sql.end();
  }
};

/** Without any table. */
export const openEmptyTestDatabase = async (): Promise<TestDatabase> => {
  const name = `duro_test_${bytesToHex(randomBytes(8))}`;
  await onServer((server) => server`create database ${server(name)}`);
  const url = serverUrl();
  url.pathname = `/${name}`;
  const sql = connectSql({ kind: "url", url: url.href }, { connectionCountMax });
  const close = async (): Promise<void> => {
    await sql.end({ timeout: 1 });
    await onServer((server) => server`drop database ${server(name)} with (force)`);
  };
  return { sql, url: url.href, close };
};

export const openTestDatabase = async (): Promise<TestDatabase> => {
  const database = await openEmptyTestDatabase();
  const migrated = await migrate(database.sql);
  assert(migrated.ok, "an empty database takes all migrations");
  return database;
};
