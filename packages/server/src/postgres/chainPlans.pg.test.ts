/**
 * How Postgres goes about the reads once it no longer looks at what is asked for, which it does from the
 * sixth time on: by what it believes of the average vault.
 */
import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { chainOf, envelopeIdOf } from "../testing/chainSamples.ts";
import { vaultOf } from "../testing/storeSamples.ts";
import { openTestDatabase, type TestDatabase } from "../testing/testDatabase.ts";
import { createPostgresChainStore, type PostgresChainStore } from "./postgresChainStore.ts";
import { connectSql, type Sql } from "./sql.ts";

const smallVaultCount = 20_000;
const largeVaultCount = 5_000;
const vault = vaultOf(1);
const chain = chainOf(1);

interface Said {
  readonly text: string;
  readonly parameters: readonly unknown[];
}

describe("reads of a large vault among many small ones", () => {
  let database: TestDatabase;
  let store: PostgresChainStore;
  const said: Said[] = [];

  beforeAll(async () => {
    database = await openTestDatabase();
    const { sql } = database;
    const head = new Uint8Array(236).fill(2);
    const id = new Uint8Array(32);
    await sql`insert into envelope_heads
      select gen_random_uuid(), gen_random_uuid(), 1, 1, 2, 0, 305, ${head}
      from generate_series(1, ${smallVaultCount}::int)`;
    await sql`insert into envelope_heads
      select ${vault}, ${chain}, n, n, 2, 0, 305, ${head}
      from generate_series(1, ${largeVaultCount}::int) as n`;
    await sql`insert into envelope_bodies
      select vault_id, position, ${new Uint8Array(305)} from envelope_heads`;
    await sql`insert into chains values
      (${vault}, ${chain}, ${vault}, ${vault}, ${vault}, ${id}, ${largeVaultCount}, ${id}, 1, 1, 1)`;
    await sql`analyze`;
    const listening = {
      ...sql.options,
      max: 1,
      debug: (_: number, text: string, parameters: readonly unknown[]) =>
        said.push({ text, parameters: [...parameters] }),
    };
    store = createPostgresChainStore(
      postgres(listening as unknown as postgres.Options<{}>) as unknown as Sql,
    );
  });
  afterAll(async () => {
    await store.close();
    await database.close();
  });

  const plansOf = async (work: () => Promise<unknown>): Promise<readonly string[]> => {
    await store.position(vault);
    said.length = 0;
    await work();
    const lane = connectSql({ kind: "url", url: database.url }, { connectionCountMax: 1 });
    await lane`set plan_cache_mode = force_generic_plan`;
    const plans: string[] = [];
    for (const { text, parameters } of said) {
      await lane.unsafe(`prepare said as ${text}`);
      const values = parameters.map((value) => `'${String(value)}'`).join(",");
      const rows = await lane.unsafe<{ "QUERY PLAN": string }[]>(`explain execute said(${values})`);
      plans.push(rows.map((row) => row["QUERY PLAN"]).join("\n"));
      await lane.unsafe("deallocate said");
    }
    await lane.end();
    return plans;
  };

  const everything = {
    vault,
    afterPosition: 10,
    vector: [],
    wantsBodies: true,
    envelopeCountMax: 256,
    byteLengthMax: 262_144,
  };
  const vector = [{ chain, seq: 7, id: envelopeIdOf(chain, 7) }];

  test.each<[string, number, () => Promise<unknown>]>([
    ["a page", 1, () => store.page(everything)],
    ["a page of a reader with a vector", 1, () => store.page({ ...everything, vector })],
    ["a first page", 2, () => store.page({ ...everything, vector, afterPosition: 0 })],
    ["a range", 1, () => store.range({ vault, chain }, 5, 256, true)],
    ["bodies", 1, () => store.bodies({ vault, chain }, [3, 5], 1_000)],
    ["filling", 1, () => store.fillBodies(vault, [{ position: 3, body: new Uint8Array(305) }])],
  ])("%s never compares every row with every other", async (_, statementCount, work) => {
    const plans = await plansOf(work);
    expect(plans).toHaveLength(statementCount);
    for (const plan of plans) {
      expect(plan).toContain("Index Cond");
      expect(plan).not.toMatch(/Join Filter|Materialize|Seq Scan on envelope/u);
    }
  });

  test("the plans that this is about do compare every row with every other", async () => {
    const plans = await plansOf(async () => {
      said.push({
        text: `select body from envelope_heads h left join envelope_bodies b
          on b.vault_id = h.vault_id and b.position = h.position
          where h.vault_id = $1 and h.chain_id = $2 and h.seq >= $3 order by h.seq`,
        parameters: [vault, chain, 5],
      });
    });
    expect(plans[0]).toMatch(/Join Filter/u);
  });
});
