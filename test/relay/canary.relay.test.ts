/** What clients seal is nowhere in what a relay writes: not in its tables, their log, its own log. */
import { afterEach, expect, test } from "vitest";
import { bytesToHex } from "../../packages/crypto/src/types.ts";
import { connectSql, type Sql } from "../../packages/server/src/postgres/sql.ts";
import { newFolder } from "./tools/folders.ts";
import {
  createNeedle,
  findIn,
  findInFolder,
  type Found,
  type Needle,
  textNeedle,
} from "./tools/needles.ts";
import { plantEverywhere } from "./tools/plant.ts";
import { endEverything, startProgram } from "./tools/program.ts";
import { addressIn } from "./tools/verifySql.ts";
import { deps } from "./tools/world.ts";

afterEach(endEverything);

const markByteLength = 16;
const newText = (): string => `planted${bytesToHex(deps.randomBytes(markByteLength))}`;

/** What Postgres has compressed is whole again in its answers. */
const findInTables = async (sql: Sql, needles: readonly Needle[]): Promise<readonly Found[]> => {
  const tables = await sql<{ name: string }[]>`
    select tablename as name from pg_tables where schemaname = 'public'`;
  const found: Found[] = [];
  for (const { name } of tables) {
    const rows = await sql<{ line: string }[]>`select t::text as line from ${sql(name)} t`;
    const text = Buffer.from(rows.map(({ line }) => line).join("\n"));
    found.push(...findIn(`table ${name}`, text, needles));
  }
  return found;
};

/** A fault of ours on purpose: every form of it must be found. */
const leak = async (sql: Sql, needle: Needle): Promise<void> => {
  await sql`create table leaks (form text, bytes bytea)`;
  for (const [form, bytes] of needle.forms) await sql`insert into leaks values (${form}, ${bytes})`;
};

test("nothing that clients seal, no key, token or address is in the data, its log or the relay's log", async () => {
  const data = newFolder();
  const startedAtMs = Date.now();
  const program = startProgram([
    "--json",
    "--port=0",
    `--data=${data}`,
    "--log-level=debug",
    "--trust-proxy=127.0.0.1",
  ]);
  const { secrets, visible } = await plantEverywhere(await program.url(), newText());
  const leaked = textNeedle("a text that was leaked", newText());
  const sql = connectSql(addressIn(data), { connectionCountMax: 1 });
  await leak(sql, leaked);
  await sql`checkpoint`;

  const needles = [...secrets, ...visible, leaked];
  const inTables = await findInTables(sql, needles);
  await sql.end();
  const inFiles = findInFolder(data, startedAtMs, needles);
  const inLog = findIn("log", Buffer.from(`${program.out()}${program.err()}`), [
    ...needles,
    textNeedle("what it does say", "the relay listens"),
  ]);

  const secretNames = new Set(secrets.map(({ what }) => what));
  const isSecret = ({ what }: Found): boolean => secretNames.has(what);
  expect([...inTables, ...inFiles, ...inLog].filter(isSecret)).toEqual([]);

  // Whoever looks like this finds what is there.
  const formsOfLeak = inFiles.filter(({ what }) => what === leaked.what).map(({ form }) => form);
  expect(new Set(formsOfLeak)).toEqual(new Set(leaked.forms.keys()));
  const whereUsers = inFiles.filter(({ what }) => what === "a user's id").map(({ where }) => where);
  expect(whereUsers).toContainEqual(expect.stringContaining("pg_wal"));
  expect(whereUsers).toContainEqual(expect.stringContaining("base"));
  expect(inTables).toContainEqual(expect.objectContaining({ where: "table leaks" }));
  expect(inLog).toEqual([{ what: "what it does say", form: "bytes", where: "log" }]);
  // It did log what it was asked.
  expect(program.err()).toContain('"level":"debug"');
});

test("a needle is found behind any bytes, in any of its forms", () => {
  const secret = deps.randomBytes(markByteLength);
  const needle = createNeedle("a secret", secret);
  for (const before of [0, 1, 2, 3, 4, 5]) {
    const around = Buffer.concat([deps.randomBytes(before), secret, deps.randomBytes(3)]);
    for (const encoding of ["hex", "base64", "base64url", "latin1"] as const) {
      const haystack =
        encoding === "latin1" ? around : Buffer.from(around.toString(encoding), "latin1");
      expect(findIn("here", haystack, [needle])).not.toEqual([]);
    }
    expect(findIn("here", deps.randomBytes(64) as Buffer, [needle])).toEqual([]);
  }
});
