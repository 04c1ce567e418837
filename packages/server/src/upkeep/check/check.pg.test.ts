import { type SignPublicKey } from "@duro/crypto/types";
import { systemRandomBytes as randomBytes } from "@duro/crypto/receipt";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import type { Sql } from "../../postgres/sql.ts";
import { openEmptyTestDatabase, openTestDatabase } from "../../testing/testDatabase.ts";
import { type Damage, damages } from "../testing/damages.ts";
import { type FilledRelay, openFilledRelay } from "../testing/filledRelay.ts";
import { keepPristine, type Pristine } from "../testing/pristine.ts";
import { findingSentences } from "./finding.ts";
import { runCheck } from "./runCheck.ts";

const check = async (
  sql: Sql,
  { isFull, relayKey }: { readonly isFull: boolean; readonly relayKey?: SignPublicKey },
) =>
  runCheck(
    { isFull },
    {
      sql,
      nowMs: Date.now,
      randomBytes,
      tell: () => {},
      signal: new AbortController().signal,
      relayKey,
    },
  );

let filled: FilledRelay;
let pristine: Pristine;
beforeAll(async () => {
  filled = await openFilledRelay();
  pristine = await keepPristine(filled.sql);
});
afterAll(() => filled.close());

const relayKey = () => filled.keys.signKey;

describe("a check", () => {
  test("finds nothing where nothing is wrong, and looks at everything", async () => {
    const ended = await check(filled.sql, { isFull: true, relayKey: relayKey() });
    expect(ended).toMatchObject({ ok: true, value: { exit: 0 } });
    expect(ended.ok && ended.value.json).toMatchObject({
      clean: true,
      depth: "full",
      findings: [],
      looked: { vaults: 2, chains: 2, blobs: 4, chunks: 6 },
    });
    // Some are in the trash, and some are gone for good.
    const [row] = await filled.sql<{ trashed: number; absent: number }[]>`
      select count(trashed_at_ms) as trashed, count(*) filter (where body is null) as absent
      from envelope_heads left join envelope_bodies using (vault_id, position)`;
    expect(row?.trashed).toBeGreaterThan(0);
    expect(row?.absent).toBeGreaterThan(0);
    expect(ended.ok && ended.value.json["looked"]).toMatchObject({ absentBodies: row?.absent });
  });

  test("finds nothing in a quick look where nothing is wrong", async () => {
    const ended = await check(filled.sql, { isFull: false, relayKey: relayKey() });
    expect(ended.ok && ended.value.json).toMatchObject({ clean: true, depth: "quick" });
  });

  test.each(damages)("finds $what: $finds", async ({ finds, damage, isQuick }: Damage) => {
    const { sql } = filled;
    onTestFinished(() => pristine.bringBack());
    await damage(sql, filled);
    for (const isFull of isQuick === true ? [true, false] : [true]) {
      const ended = await check(sql, { isFull, relayKey: relayKey() });
      expect(ended).toMatchObject({ ok: true, value: { exit: 14 } });
      const findings = ended.ok ? (ended.value.json["findings"] as { finding: string }[]) : [];
      expect(findings.map(({ finding }) => finding)).toContain(finds);
      expect(ended.ok && ended.value.lines.join()).toContain(findingSentences[finds]);
      expect(ended.ok && ended.value.lines.join()).not.toContain(filled.world.vaultId);
    }
  });

  test("names nothing that no damage leads to", () => {
    // Of a disk, which these tests do not break.
    const untested = new Set(["PostgresUnreadable"]);
    const named = new Set<string>(damages.map(({ finds }) => finds));
    expect(Object.keys(findingSentences).filter((name) => !named.has(name))).toEqual([...untested]);
  });

  test("says that there is no relay where there is none", async () => {
    for (const openOther of [openEmptyTestDatabase, openTestDatabase]) {
      const other = await openOther();
      onTestFinished(() => other.close());
      expect(await check(other.sql, { isFull: true })).toMatchObject({
        ok: false,
        error: { code: "NoRelayHere", exit: 5 },
      });
    }
  });

  test.each([
    [
      "TablesNewer",
      (sql: Sql) => sql`
      insert into schema_migrations select number + 1, 'later', hash, now() from schema_migrations
      order by number desc limit 1`,
    ],
    ["TablesOlder", (sql: Sql) => sql`update schema_migrations set number = number - 1`],
  ] as const)("looks at no tables that it does not know: %s", async (code, change) => {
    const other = await openTestDatabase();
    onTestFinished(() => other.close());
    await change(other.sql);
    expect(await check(other.sql, { isFull: true })).toMatchObject({
      ok: false,
      error: { code, exit: 13 },
    });
  });

  test("ends when it is asked to", async () => {
    const { sql } = filled;
    const asked = { nowMs: Date.now, randomBytes, tell: () => {}, relayKey: undefined };
    const ended = await runCheck({ isFull: true }, { ...asked, sql, signal: AbortSignal.abort() });
    expect(ended).toMatchObject({ ok: false, error: { code: "Interrupted", exit: 130 } });
  });
});
