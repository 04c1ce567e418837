import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { setTimeout as sleep } from "node:timers/promises";
import { transact } from "../../postgres/transact.ts";
import { openEmptyTestDatabase, type TestDatabase } from "../../testing/testDatabase.ts";
import { copyIn, copyOut } from "./copyStreams.ts";
import { readSnapshot } from "./snapshot.ts";

let database: TestDatabase;
const big = { name: "big", columns: ["a", "b"] };
const rowCount = 4_000;

beforeAll(async () => {
  database = await openEmptyTestDatabase();
  const { sql } = database;
  await sql`create table big (a int primary key, b bytea)`;
  await sql`insert into big select g, decode(repeat('ab', 3000), 'hex') from generate_series(1, ${rowCount}::int) g`;
  await sql`create table parts (a int primary key, b bytea) partition by hash (a)`;
  await sql`create table parts_0 partition of parts for values with (modulus 1, remainder 0)`;
});
afterAll(() => database.close());

const newTable = async (): Promise<{ name: string; columns: string[] }> => {
  const { sql } = database;
  await sql`create table small (a int primary key check (a < 100000), b bytea)`;
  onTestFinished(async () => {
    await sql`drop table small`;
  });
  return { name: "small", columns: ["a", "b"] };
};

/** The driver goes on: a transaction that hangs would never end this. */
const countIn = (table: string) =>
  database.sql<{ count: number }[]>`select count(*) from ${database.sql(table)}`;

test("copies a table into another one, though nobody hurries to read it", async () => {
  const { sql } = database;
  await readSnapshot(sql, async ({ tx, stop }) => {
    const slowly = async function* () {
      for await (const chunk of copyOut(tx, big, stop)) {
        await sleep(1);
        yield chunk;
      }
    };
    await transact(sql, (other) => copyIn(other, { ...big, name: "parts" }, slowly()));
    // The same transaction answers, though its socket had been stopped.
    expect(await tx`select 1 as one`).toEqual([{ one: 1 }]);
  });
  expect(await countIn("parts")).toEqual([{ count: rowCount }]);
  await readSnapshot(sql, async ({ tx, stop }) => {
    let byteLength = 0;
    for await (const chunk of copyOut(tx, { ...big, name: "parts" }, stop))
      byteLength += chunk.length;
    expect(byteLength).toBeGreaterThan(rowCount * 3_000);
  });
});

test("whoever leaves early leaves a connection that goes on", async () => {
  const { sql } = database;
  const left = readSnapshot(sql, async ({ tx, stop }) => {
    for await (const chunk of copyOut(tx, big, stop)) {
      await sleep(50);
      expect(chunk.length).toBeGreaterThan(0);
      throw new Error("enough");
    }
  });
  await expect(left).rejects.toThrow("enough");
  // More of them than there are connections.
  const asked = Array.from({ length: 12 }, () => countIn("big"));
  for (const counted of await Promise.all(asked)) expect(counted).toEqual([{ count: rowCount }]);
});

const rowsOf = (...values: readonly number[]): Buffer => {
  const head = Buffer.concat([Buffer.from("PGCOPY\n\xff\r\n\0", "latin1"), Buffer.alloc(8)]);
  const rows = values.map((value) => {
    const row = Buffer.alloc(2 + 4 + 4 + 4);
    row.writeInt16BE(2, 0);
    row.writeInt32BE(4, 2);
    row.writeInt32BE(value, 6);
    row.writeInt32BE(-1, 10);
    return row;
  });
  return Buffer.concat([head, ...rows, Buffer.from([0xff, 0xff])]);
};

async function* chunksOf(bytes: Uint8Array, byteLength = 1_000): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += byteLength) {
    await Promise.resolve();
    yield bytes.subarray(at, at + byteLength);
  }
}

test("rows that Postgres refuses only at the end end the copy, and nothing of it stays", async () => {
  const table = await newTable();
  const { sql } = database;
  for (const values of [[1, 1], [100_001], [1, 2, 3, 2]]) {
    const copied = transact(sql, (tx) => copyIn(tx, table, chunksOf(rowsOf(...values))));
    await expect(copied).rejects.toMatchObject({ code: "25P02" });
  }
  expect(await countIn("small")).toEqual([{ count: 0 }]);
});

test("rows that Postgres refuses on the way end the copy by what it said", async () => {
  const table = await newTable();
  const many = Array.from({ length: 60_000 }, (_, index) => (index === 7 ? 100_001 : index));
  const copied = transact(database.sql, (tx) =>
    copyIn(tx, table, chunksOf(rowsOf(...many), 50_000)),
  );
  await expect(copied).rejects.toMatchObject({ code: expect.stringMatching(/^(?:23514|25P02)$/u) });
  expect(await countIn("small")).toEqual([{ count: 0 }]);
});

test("bytes that are no rows are refused", async () => {
  const table = await newTable();
  const copied = transact(database.sql, (tx) =>
    copyIn(tx, table, chunksOf(Buffer.from("no rows"))),
  );
  await expect(copied).rejects.toMatchObject({ code: expect.stringMatching(/^(?:22P04|25P02)$/u) });
});

test("a source that fails takes back what was copied", async () => {
  const table = await newTable();
  const failing = async function* () {
    yield* chunksOf(rowsOf(1, 2, 3).subarray(0, -5));
    throw new Error("the disk is gone");
  };
  const copied = transact(database.sql, (tx) => copyIn(tx, table, failing()));
  await expect(copied).rejects.toThrow("the disk is gone");
  expect(await countIn("small")).toEqual([{ count: 0 }]);
});

test("a connection that ends on the way ends the copy, both ways", async () => {
  const table = await newTable();
  const { sql } = database;
  const kill = (pid: number) => sql`select pg_terminate_backend(${pid})`;
  const out = readSnapshot(sql, async ({ tx, stop }) => {
    const [row] = await tx<{ pid: number }[]>`select pg_backend_pid() as pid`;
    for await (const chunk of copyOut(tx, big, stop)) {
      expect(chunk.length).toBeGreaterThan(0);
      await kill(row?.pid ?? 0);
    }
  });
  await expect(out).rejects.toMatchObject({
    code: expect.stringMatching(/^(?:57P01|CONN|ECONN)/u),
  });
  const back = transact(sql, async (tx) => {
    const [row] = await tx<{ pid: number }[]>`select pg_backend_pid() as pid`;
    const rows = async function* () {
      for await (const chunk of chunksOf(rowsOf(1, 2, 3), 20)) {
        yield chunk;
        await kill(row?.pid ?? 0);
      }
    };
    await copyIn(tx, table, rows());
  });
  await expect(back).rejects.toMatchObject({
    code: expect.stringMatching(/^(?:57P01|CONN|ECONN|EPIPE)/u),
  });
  expect(await countIn("small")).toEqual([{ count: 0 }]);
});
