/** A relay that is killed at work, and its Postgres: what was promised is there. `crash:relay` does it longer. */
import { afterEach, expect, test } from "vitest";
import { Exit } from "../../packages/server/src/exits.ts";
import { connectSql, type Sql } from "../../packages/server/src/postgres/sql.ts";
import { runCrashRounds, startOn } from "./tools/crashRounds.ts";
import { newFolder } from "./tools/folders.ts";
import { createKept } from "./tools/kept.ts";
import type { KillKind } from "./tools/kills.ts";
import { endEverything, startProgram } from "./tools/program.ts";
import { addressIn, verifyTables } from "./tools/verifySql.ts";

afterEach(endEverything);

/** What fails is tried again by it. */
const newSeed = (): number => {
  const seed = Date.now() % 2 ** 31;
  console.log(`seed ${seed}`);
  return seed;
};

test("nothing that was receipted or answered is lost when the relay is killed at work", async () => {
  const kills: readonly KillKind[] = ["relay", "relay", "both"];
  const report = await runCrashRounds({ kills, seed: newSeed() });
  expect(report.faults).toEqual([]);
  expect(report.counts.receiptedEnvelopes).toBe(report.envelopes);
  // What had no receipt was sent again, and is there once.
  expect(report.counts.resent).toBeGreaterThan(0);
  expect(report.counts.chunks).toBeGreaterThan(0);
  expect(report.counts.records).toBeGreaterThan(0);
});

test("nor when its Postgres is, and the relay then ends within seconds and says so", async () => {
  const kills: readonly KillKind[] = ["backend", "postgres"];
  const report = await runCrashRounds({ kills, seed: newSeed() });
  expect(report.faults).toEqual([]);
  expect(report.counts.receiptedEnvelopes).toBe(report.envelopes);
  expect(report.endedMs).toHaveLength(1);
});

/** What a disk may lose without a word. */
const damage = async (sql: Sql): Promise<void> => {
  await sql`delete from envelope_bodies where position = 2`;
  await sql`
    delete from identity_records where (user_id, record_index) in
      (select user_id, record_index from identity_records order by record_index desc limit 1)`;
  await sql`delete from blob_chunks where chunk_index = 0`;
};

test("a body, a record, a chunk and a position that are taken away are missed", async () => {
  const data = newFolder();
  const url = await startOn(data).url();
  const { ledger, work, verify } = await createKept(url, newSeed());
  await work(url);
  await verify(url);
  await verifyTables(data, ledger);
  expect(ledger.faults).toEqual([]);

  const sql = connectSql(addressIn(data), { connectionCountMax: 1 });
  await damage(sql);
  await sql.end();
  await verify(url);
  await verifyTables(data, ledger);
  expect(ledger.faults).toContain("a body is missing or changed");
  expect(ledger.faults).toContainEqual(expect.stringMatching(/^\d+ records were answered and/u));
  expect(ledger.faults).toContainEqual(expect.stringMatching(/^a chunk that was taken is not/u));
  expect(ledger.faults).toContainEqual(expect.stringMatching(/^a head has no body/u));
  expect(ledger.faults).toContainEqual(expect.stringMatching(/^a blob misses another number/u));
  const check = startProgram(["check", "--full", "--json", "--data", data]);
  expect(await check.ended).toMatchObject({ code: Exit.IntegrityFailure });
});
