/** Copies of one database, each for a test that damages it. Making one anew takes ten times as long. */
import { randomBytes } from "node:crypto";
import { bytesToHex } from "@duro/crypto/types";
import { connectSql, type Sql } from "../../postgres/sql.ts";
import type { TestDatabase } from "../../testing/testDatabase.ts";

const connectionCountMax = 4;

/** Of a database that nobody is connected to. */
export const copyDatabase = async (url: string): Promise<TestDatabase> => {
  const original = nameIn(url);
  const name = `duro_test_${bytesToHex(randomBytes(8))}`;
  await onServer(
    url,
    (server) => server`create database ${server(name)} template ${server(original)}`,
  );
  const copy = new URL(url);
  copy.pathname = `/${name}`;
  const sql = connectSql({ kind: "url", url: copy.href }, { connectionCountMax });
  return {
    sql,
    url: copy.href,
    close: async () => {
      await sql.end({ timeout: 1 });
      await dropDatabase(copy.href);
    },
  };
};

export const dropDatabase = (url: string): Promise<void> =>
  onServer(url, (server) => server`drop database ${server(nameIn(url))} with (force)`);

const nameIn = (url: string): string => new URL(url).pathname.slice(1);

const onServer = async (url: string, work: (sql: Sql) => Promise<unknown>): Promise<void> => {
  const server = new URL(url);
  server.pathname = "/postgres";
  const sql = connectSql({ kind: "url", url: server.href }, { connectionCountMax: 1 });
  try {
    await work(sql);
  } finally {
    await sql.end();
  }
};
