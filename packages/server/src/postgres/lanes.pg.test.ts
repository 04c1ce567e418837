import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openEmptyTestDatabase, type TestDatabase } from "../testing/testDatabase.ts";
import { createLanes, type Lanes, type Statement } from "./lanes.ts";
import type { Sql } from "./sql.ts";

/** What the driver throws outside of every promise, it throws within this time. */
const soonMs = 200;

describe("a lane", () => {
  let database: TestDatabase;
  let sql: Sql;
  let lanes: Lanes;

  beforeEach(async () => {
    database = await openEmptyTestDatabase();
    ({ sql } = database);
    await sql`create table things (name text primary key, count int not null)`;
    await sql`insert into things values ('locked', 0)`;
    lanes = createLanes(sql, 1);
  });
  afterEach(async () => {
    await lanes.close();
    await database.close();
  });

  const names = async () =>
    (await sql<{ name: string }[]>`select name from things order by name`).map(({ name }) => name);
  const lock = (lane: Sql) =>
    [lane<{ count: number }[]>`select count from things where name = 'locked' for update`] as const;
  const writes = (...written: readonly string[]) =>
    lanes.transact({
      look: lock,
      decide: (_, lane) => ({
        writes: written.map((name) => lane`insert into things values (${name}, 0)`),
        value: written.length,
      }),
    });

  test("keeps what was written, in the order of the statements, and gives the value", async () => {
    expect(await writes("b", "a")).toBe(2);
    expect(await names()).toEqual(["a", "b", "locked"]);
  });

  test("shows what was looked at, and what one wrote the next sees, however many wait", async () => {
    const seen: (number | undefined)[] = [];
    const countUp = () =>
      lanes.transact({
        look: lock,
        decide: ([[row]], lane) => {
          seen.push(row?.count);
          return {
            writes: [lane`update things set count = count + 1 where name = 'locked'`],
            value: undefined,
          };
        },
      });
    await Promise.all(Array.from({ length: 20 }, countUp));
    expect(seen).toEqual(Array.from({ length: 20 }, (_, at) => at));
  });

  test.each([
    ["first", ["locked", "a", "b"]],
    ["last", ["a", "b", "locked"]],
  ])("keeps nothing where the %s statement fails, and goes on", async (_, written) => {
    for (let round = 0; round < 3; round++) {
      await expect(writes(...written)).rejects.toMatchObject({
        name: "TransactionFailed",
        code: "23505",
      });
      expect(await names()).toEqual(["locked"]);
    }
    await writes("after");
    expect(await names()).toEqual(["after", "locked"]);
  });

  test("tells of a failure without the values that were to be written", async () => {
    const told = await writes("locked").catch((cause: unknown) => cause);
    expect(JSON.stringify(told, Object.getOwnPropertyNames(told))).not.toContain("locked");
    expect(told).not.toHaveProperty("cause");
  });

  test("is not taken for committed where nobody heard of a failure", async () => {
    const failed = lanes.transact({
      look: lock,
      decide: (_, lane) => {
        const doubled = lane`insert into things values ('locked', 0)`;
        const hushed: Statement = Object.assign((async () => undefined)(), {
          execute: () => doubled.execute().catch(() => undefined),
        });
        return { writes: [lane`insert into things values ('a', 0)`, hushed], value: undefined };
      },
    });
    await expect(failed).rejects.toMatchObject({ name: "TransactionFailed", code: "ROLLBACK" });
    expect(await names()).toEqual(["locked"]);
  });

  test("gives up where a look fails, without asking for a decision, and goes on", async () => {
    let isAsked = false;
    const failed = lanes.transact({
      look: (lane) => [...lock(lane), lane`select 1 / 0`, lane`select 1`],
      decide: () => {
        isAsked = true;
        return { writes: [], value: undefined };
      },
    });
    await expect(failed).rejects.toMatchObject({ code: "22012" });
    expect(isAsked).toBe(false);
    await writes("after");
    expect(await names()).toEqual(["after", "locked"]);
  });

  test("is free again after a decision that throws, and after one that writes nothing", async () => {
    const thrown = lanes.transact({
      look: lock,
      decide: () => {
        throw new Error("no");
      },
    });
    await expect(thrown).rejects.toThrow("no");
    await lanes.transact({ look: lock, decide: () => ({ writes: [], value: undefined }) });
    const [row] = await sql<{ count: number }[]>`
      select count from things where name = 'locked' for update nowait`;
    expect(row?.count).toBe(0);
  });

  const endSleepers = async (): Promise<void> => {
    await expect
      .poll(
        () => sql`
          select pg_terminate_backend(pid) from pg_stat_activity
          where datname = current_database() and wait_event = 'PgSleep'`,
        { timeout: 10_000 },
      )
      .toHaveLength(1);
  };

  test.each([
    ["the look", true],
    ["the write", false],
  ])(
    "that loses its connection in %s fails once, and another takes its place",
    async (_, isLook) => {
      const uncaught: unknown[] = [];
      const onUncaught = (cause: unknown): void => {
        uncaught.push(cause);
      };
      process.on("uncaughtException", onUncaught);
      const failed = lanes.transact({
        look: (lane) => [lane`select pg_sleep(${isLook ? 30 : 0})`, ...lock(lane)],
        decide: (__, lane) => ({
          writes: [
            lane`insert into things values ('a', 0)`,
            lane`select pg_sleep(${isLook ? 0 : 30})`,
            lane`insert into things values ('b', 0)`,
          ],
          value: undefined,
        }),
      });
      const told = failed.catch((cause: unknown) => cause);
      await endSleepers();
      expect(await told).toMatchObject({ name: "TransactionFailed", code: "CONNECTION_CLOSED" });
      await Promise.all([writes("c"), writes("d")]);
      await new Promise((resolve) => {
        setTimeout(resolve, soonMs);
      });
      process.off("uncaughtException", onUncaught);
      expect(uncaught).toEqual([]);
      expect(await names()).toEqual(["c", "d", "locked"]);
    },
  );

  const insert = (name: string) =>
    lanes.say((lane) => lane`insert into things values (${name}, 0)`);

  test("says one statement, which is committed when it answers", async () => {
    const rows = await lanes.say(
      (lane) => lane<{ name: string }[]>`insert into things values ('a', 0) returning name`,
    );
    expect(rows.map(({ name }) => name)).toEqual(["a"]);
    expect(await names()).toEqual(["a", "locked"]);
  });

  test("keeps nothing of one statement that fails, tells no value, and goes on", async () => {
    const told = await insert("locked").catch((cause: unknown) => cause);
    expect(told).toMatchObject({ name: "TransactionFailed", code: "23505" });
    expect(JSON.stringify(told, Object.getOwnPropertyNames(told))).not.toContain("locked");
    await insert("after");
    expect(await names()).toEqual(["after", "locked"]);
  });

  /** Behind the end of the statement itself. */
  const atCommit = async (does: string): Promise<void> => {
    await sql.unsafe(`create function at_commit() returns trigger language plpgsql as
      $$ begin ${does}; return null; end $$`);
    await sql`create constraint trigger late after insert on things deferrable initially deferred
      for each row execute function at_commit()`;
  };

  test("does not take one statement for committed whose commit fails", async () => {
    await atCommit("raise unique_violation");
    await expect(insert("a")).rejects.toMatchObject({ code: "23505" });
    expect(await names()).toEqual(["locked"]);
  });

  test("does not take one statement for committed that loses its connection in the commit", async () => {
    await atCommit("perform pg_sleep(30)");
    const told = insert("a").catch((cause: unknown) => cause);
    await endSleepers();
    expect(await told).toMatchObject({ name: "TransactionFailed", code: "CONNECTION_CLOSED" });
    expect(await names()).toEqual(["locked"]);
    await sql`drop trigger late on things`;
    await Promise.all([insert("b"), writes("c")]);
    expect(await names()).toEqual(["b", "c", "locked"]);
  });

  test("whose connection ended while it was free fails no transaction", async () => {
    await writes("a");
    await sql`
      select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid()
        and query ilike 'commit%'`;
    await new Promise((resolve) => {
      setTimeout(resolve, soonMs);
    });
    await writes("b");
    expect(await names()).toEqual(["a", "b", "locked"]);
  });

  test("plans a statement once, and finds each row by its key however small a table was", async () => {
    const plan = await lanes.transact({
      look: (lane) => [
        lane<{ "QUERY PLAN": string }[]>`
          explain update things set count = 1 from unnest(array['a', 'b']) as wanted (name)
          where things.name = wanted.name`,
        lane`show plan_cache_mode`,
      ],
      decide: ([lines, mode]) => ({
        writes: [],
        value: { mode, lines: lines.map((line) => line["QUERY PLAN"]).join("\n") },
      }),
    });
    expect(plan.mode).toEqual([{ plan_cache_mode: "force_generic_plan" }]);
    expect(plan.lines).toContain("Index Cond: (name = wanted.name)");
  });
});
