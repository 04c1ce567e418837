/** A relay that is killed at work, and its Postgres: what was promised is there. `relay:crash` does it longer. */
import { afterEach, expect, test } from "vitest";
import { connectSql } from "../../packages/server/src/postgres/sql.ts";
import { type KillKind, runCrashRounds } from "./tools/crashRounds.ts";
import { newFolder } from "./tools/folders.ts";
import { createLedger } from "./tools/ledger.ts";
import { runLoad, workersOf } from "./tools/load.ts";
import { endEverything, startProgram } from "./tools/program.ts";
import { createVerifier, noteRelayAt } from "./tools/verify.ts";
import { addressIn, verifyTables } from "./tools/verifySql.ts";
import { createWorld } from "./tools/world.ts";

afterEach(endEverything);

const times = (count: number, kind: KillKind): readonly KillKind[] =>
  Array.from({ length: count }, () => kind);

test("nothing that was receipted or answered is lost when the relay is killed at work", async () => {
  const report = await runCrashRounds({ kills: [...times(5, "relay"), "both"] });
  expect(report.faults).toEqual([]);
  expect(report.counts.receiptedEnvelopes).toBe(report.envelopes);
  // What had no receipt was sent again, and is there once.
  expect(report.counts.resent).toBeGreaterThan(0);
  expect(report.counts.chunks).toBeGreaterThan(0);
});

test("nor when its Postgres is, and the relay then ends within seconds and says so", async () => {
  const report = await runCrashRounds({ kills: times(5, "postgres") });
  expect(report.faults).toEqual([]);
  expect(report.counts.receiptedEnvelopes).toBe(report.envelopes);
  expect(report.endedMs).toHaveLength(5);
});

test("a body, a record, a chunk and a position that are taken away are missed", async () => {
  const ledger = createLedger();
  const data = newFolder();
  const program = startProgram(["--json", "--port", "0", "--data", data, "--registration", "open"]);
  const url = await program.url();
  await noteRelayAt(ledger, url);
  const world = await createWorld(url, ledger, { userCount: 2, vaultsPerWriter: 1 });
  const verifier = createVerifier(world, ledger);
  const { counts } = ledger;
  const isEnding = (): boolean => counts.receipts > 20 && counts.chunks > 1 && counts.records > 8;
  await runLoad(workersOf(world), {
    url,
    world,
    ledger,
    load: { isEnding },
    vectorOf: verifier.vectorOf,
  });
  await verifier.verifyAll(url);
  await verifyTables(data, ledger);
  expect(ledger.faults).toEqual([]);

  const sql = connectSql(addressIn(data), { connectionCountMax: 1 });
  await sql`delete from envelope_bodies where position = 2`;
  await sql`delete from identity_records where record_index = (select max(record_index) from identity_records)`;
  await sql`delete from blob_chunks where chunk_index = 0`;
  await sql.end();
  await verifier.verifyAll(url);
  await verifyTables(data, ledger);
  expect(ledger.faults).toContain("a body is missing or changed");
  expect(ledger.faults).toContainEqual(expect.stringMatching(/^\d+ records were answered and/u));
  expect(ledger.faults).toContainEqual(expect.stringMatching(/^a chunk that was taken is not/u));
  expect(ledger.faults).toContainEqual(expect.stringMatching(/^a head has no body/u));
  expect(ledger.faults).toContainEqual(expect.stringMatching(/^a blob misses another number/u));
});
