import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openEmptyTestDatabase, type TestDatabase } from "../testing/testDatabase.ts";
import { connectSql, type Sql } from "./sql.ts";
import { transact } from "./transact.ts";

/** What the driver throws outside of every promise, it throws within this time. */
const soonMs = 200;

describe("transact", () => {
  let database: TestDatabase;
  let sql: Sql;

  beforeEach(async () => {
    database = await openEmptyTestDatabase();
    sql = connectSql({ kind: "url", url: database.url }, { connectionCountMax: 1 });
    await sql`create table things (name text primary key)`;
  });
  afterEach(async () => {
    await sql.end({ timeout: 1 });
    await database.close();
  });

  const names = async () =>
    (await database.sql<{ name: string }[]>`select name from things order by name`).map(
      ({ name }) => name,
    );

  test("gives the result of the work and keeps what it wrote", async () => {
    const result = await transact(sql, async (tx) => {
      await tx`insert into things values ('a')`;
      return [1, 2];
    });
    expect(result).toEqual([1, 2]);
    expect(await names()).toEqual(["a"]);
  });

  test("throws what the work throws and keeps nothing of it", async () => {
    const failed = transact(sql, async (tx) => {
      await tx`insert into things values ('a')`;
      throw new Error("enough");
    });
    await expect(failed).rejects.toThrow("enough");
    expect(await names()).toEqual([]);
  });

  test("throws what Postgres refuses, and the connection goes on", async () => {
    const failed = transact(sql, async (tx) => {
      await tx`insert into things values ('a')`;
      await tx`insert into things values ('a')`;
    });
    await expect(failed).rejects.toMatchObject({ code: "23505" });
    await transact(sql, (tx) => tx`insert into things values ('b')`);
    expect(await names()).toEqual(["b"]);
  });

  test("that loses its connection in the middle is refused once and ends nothing else", async () => {
    const uncaught: unknown[] = [];
    const onUncaught = (cause: unknown): void => {
      uncaught.push(cause);
    };
    process.on("uncaughtException", onUncaught);
    const outcome = transact(sql, async (tx) => {
      await tx`insert into things values ('a')`;
      await tx`select pg_sleep(30)`;
      await tx`insert into things values ('b')`;
    }).catch((cause: unknown) => cause);
    await expect
      .poll(
        () => database.sql`
          select pg_terminate_backend(pid) from pg_stat_activity
          where datname = current_database() and wait_event = 'PgSleep'`,
        { timeout: 10_000 },
      )
      .toHaveLength(1);
    expect(await outcome).toMatchObject({ code: "CONNECTION_CLOSED" });
    await new Promise((resolve) => {
      setTimeout(resolve, soonMs);
    });
    process.off("uncaughtException", onUncaught);
    expect(uncaught).toEqual([]);
    // The driver may give the old connection's last error to the first who comes.
    await expect.poll(() => sql`select`.then(() => "answered", String)).toBe("answered");
    expect(await names()).toEqual([]);
  });
});
