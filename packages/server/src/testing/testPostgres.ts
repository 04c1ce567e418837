/**
 * A Postgres for one run of tests: the embedded one, in a folder that goes when the run ends. With
 * DURO_TEST_DATABASE_URL in the environment that one is used, and left as it was.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { assert } from "@duro/crypto/types";
import { startEmbeddedPostgres } from "../embedded/embeddedPostgres.ts";
import { connectSql } from "../postgres/sql.ts";
import { testDatabasePrefix } from "./testDatabase.ts";

const variable = "DURO_TEST_DATABASE_URL";

export const setup = async (): Promise<() => Promise<void>> => {
  if (process.env[variable] !== undefined) return dropTestDatabases;
  const folder = await mkdtemp(join(tmpdir(), "duro-test-"));
  const started = await startEmbeddedPostgres({ folder: join(folder, "postgres"), log: () => {} });
  if (!started.ok) throw new Error(`no Postgres for tests: ${started.error.type}`);
  const { path, user, password, database } = started.value.connection;
  const url = new URL(`postgres://localhost/${database}`);
  url.username = user;
  url.password = password;
  url.searchParams.set("host", path.slice(0, path.lastIndexOf("/")));
  process.env[variable] = url.href;
  return async () => {
    await started.value.stop();
    await rm(folder, { recursive: true, force: true });
  };
};

const dropTestDatabases = async (): Promise<void> => {
  const url = process.env[variable];
  assert(url !== undefined, "it was there at the start");
  const sql = connectSql({ kind: "url", url }, { connectionCountMax: 1 });
  const left = await sql<{ name: string }[]>`
    select datname as name from pg_database where starts_with(datname, ${testDatabasePrefix})`;
  for (const { name } of left) await sql`drop database ${sql(name)} with (force)`;
  await sql.end();
};
