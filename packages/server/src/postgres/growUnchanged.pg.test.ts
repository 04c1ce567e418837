import { noRecord, recordIds } from "@duro/crypto/types";
import type { VaultId } from "@duro/protocol";
import postgres from "postgres";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { AppendAsk, ChainWrites, Held } from "../ports/chainStore.ts";
import {
  askFor,
  chainOf,
  envelopeIdOf,
  envelopes,
  type Growth,
  grow,
  growingBy,
} from "../testing/chainSamples.ts";
import { deviceOf, userOf, vaultOf } from "../testing/storeSamples.ts";
import { openTestDatabase, type TestDatabase } from "../testing/testDatabase.ts";
import { createPostgresChainStore, type PostgresChainStore } from "./postgresChainStore.ts";
import type { Sql } from "./sql.ts";
import type { Transaction } from "./transact.ts";

const vault = vaultOf(1);
const first = { vault, chain: chainOf(1) };
const second = { vault, chain: chainOf(2) };
const asker = deviceOf(1);
const envelopeByteLength = 236 + 305;
const recordId = new Uint8Array(32).fill(0xab);

/** What one append said to Postgres. */
const look = "begin look commit";
const one = "one";
const vain = `${one} ${look}`;

describe("an append where this node wrote last", () => {
  let database: TestDatabase;
  let sql: Sql;
  let here: PostgresChainStore;
  let there: PostgresChainStore;
  const said: string[] = [];

  beforeEach(async () => {
    database = await openTestDatabase();
    ({ sql } = database);
    const listening = {
      ...sql.options,
      debug: (_: number, text: string) => {
        if (text.includes("grown as materialized")) said.push(one);
        if (text.includes("for no key update")) said.push("look");
        if (text === "begin" || text === "commit") said.push(text);
      },
    };
    here = createPostgresChainStore(
      postgres(listening as unknown as postgres.Options<{}>) as unknown as Sql,
    );
    there = createPostgresChainStore(sql);
    await found(vault);
    await sql`insert into devices (device_id, user_id, sign_key, scope, is_revoked)
      values (${asker}, ${userOf(1)}, ${new Uint8Array(32)}, 1, false)`;
  });
  afterEach(async () => {
    await Promise.all([here.close(), there.close()]);
    await database.close();
  });

  const found = async (founded: VaultId): Promise<void> => {
    const log_head = recordIds.toBytes(noRecord);
    await sql`insert into vaults
      ${sql({ vault_id: founded, payer: userOf(1), log_index: 0, log_head, created_at_ms: 1 })}`;
  };

  const growth = (name = first, count = 1): Growth => ({ ...name, envelopes: envelopes(count) });
  const ask = (...names: readonly (typeof first)[]): AppendAsk => ({
    ...askFor(names),
    devices: [asker],
  });

  /** As the relay does: nothing for a vault that is gone, and nothing of a device that was revoked. */
  const decided =
    (growths: readonly Growth[], seen: Held[]) =>
    (held: Held): ChainWrites => {
      seen.push(held);
      const may = growths.filter(
        ({ vault: grown }) => held.vaults.has(grown) && held.revoked.size === 0,
      );
      return growingBy(may)(held);
    };
  const append = async (...growths: readonly Growth[]) => {
    said.length = 0;
    const seen: Held[] = [];
    const writes = await here.append(ask(...growths), decided(growths, seen));
    return { writes, seen, said: said.join(" ") };
  };

  const settle = async (): Promise<void> => {
    expect((await append(growth(first), growth(second))).said).toBe(look);
    expect((await append(growth(first))).said).toBe(one);
    expect((await append(growth(second))).said).toBe(one);
  };

  const positions = async (): Promise<readonly number[]> =>
    (
      await sql<{ position: number }[]>`
        select position from envelope_heads where vault_id = ${vault} order by position`
    ).map(({ position }) => position);
  const upTo = (count: number) => Array.from({ length: count }, (_, at) => at + 1);
  const rowOf = async () => {
    const [row] = await sql<
      { position: number; used_byte_length: number; tidied_position: number }[]
    >`
      select position, used_byte_length, tidied_position from vaults where vault_id = ${vault}`;
    return row;
  };

  /** As somebody sees it who remembers nothing. */
  const lookAnew = async (asked: AppendAsk) => {
    const node = createPostgresChainStore(sql);
    const seen: Held[] = [];
    await node.append(asked, decided([], seen));
    await node.close();
    return plain(seen.at(-1), asked);
  };
  const plain = (held: Held | undefined, { chains }: AppendAsk) => ({
    vaults: held?.vaults,
    revoked: held?.revoked,
    chains: chains.map((name) => held?.chain(name)),
  });

  test("says one statement, and stores what two trips would have stored", async () => {
    await settle();
    expect((await append(growth(first, 3), growth(second, 2), growth(first))).said).toBe(one);
    expect(await positions()).toEqual(upTo(10));
    expect(await rowOf()).toMatchObject({
      position: 10,
      used_byte_length: 10 * envelopeByteLength,
    });
    expect(await here.chain(first)).toMatchObject({ seq: 6, headId: envelopeIdOf(first.chain, 6) });
    expect(await here.chain(second)).toMatchObject({ seq: 4, logIndex: 8 });
    const { envelopes: stored } = await here.page({
      vault,
      afterPosition: 0,
      vector: [],
      wantsBodies: true,
      envelopeCountMax: 100,
      byteLengthMax: 1_000_000,
    });
    expect(stored.map(({ chain, seq, body }) => [chain, seq, body?.length])).toEqual(
      [first, second, first, second, first, first, first, second, second, first].map(
        ({ chain }, at, all) => [
          chain,
          all.slice(0, at + 1).filter((name) => name.chain === chain).length,
          305,
        ],
      ),
    );
  });

  test.each<[string, () => Promise<unknown>, boolean]>([
    ["another node wrote to another chain", () => grow(there, [growth(second)]), true],
    ["another node wrote to this chain", () => grow(there, [growth(first, 3)]), true],
    [
      "another node wrote to a new chain",
      () => grow(there, [growth({ vault, chain: chainOf(3) })]),
      true,
    ],
    [
      "a record was appended",
      () => sql`update vaults set log_index = 1, log_head = ${recordId} where vault_id = ${vault}`,
      true,
    ],
    [
      "the index of the log was another",
      () => sql`update vaults set log_index = 1 where vault_id = ${vault}`,
      true,
    ],
    [
      "the log was another, after a restore",
      () => sql`update vaults set log_head = ${recordId} where vault_id = ${vault}`,
      true,
    ],
    [
      "the vault fell to another payer",
      () => sql`update vaults set payer = ${userOf(2)} where vault_id = ${vault}`,
      true,
    ],
    [
      "the chain was another, after a restore",
      () => sql`update chains set head_id = ${recordId}, seq = seq + 1
        where vault_id = ${vault} and chain_id = ${first.chain}`,
      true,
    ],
    [
      "the asker was revoked",
      () => sql`update devices set is_revoked = true where device_id = ${asker}`,
      false,
    ],
    ["the vault was removed", () => sql`delete from vaults where vault_id = ${vault}`, false],
  ])("leaves nothing where %s meanwhile, and looks", async (_, change, isStored) => {
    await settle();
    await change();
    const now = await lookAnew(ask(first));
    const before = await positions();
    const { seen, said: words, writes } = await append(growth(first));
    expect(words).toBe(isStored ? vain : `${one} begin look`);
    expect(plain(seen.at(-1), ask(first))).toEqual(now);
    expect(writes.runs).toHaveLength(isStored ? 1 : 0);
    expect(await positions()).toEqual(upTo(before.length + (isStored ? 1 : 0)));
    if (!isStored) return;
    expect((await rowOf())?.position).toBe(before.length + 1);
    expect(await lookAnew(ask(first))).toMatchObject({
      chains: [{ seq: (now.chains[0]?.seq ?? 0) + 1 }],
    });
  });

  /** Ends its transaction when `here` waits for it. */
  const whileLocked = async (change: (tx: Transaction) => Promise<unknown>) => {
    const work = await sql.begin(async (tx) => {
      await change(tx);
      const appended = append(growth(first));
      await expect
        .poll(
          () => sql`
            select from pg_stat_activity
            where datname = current_database() and wait_event_type = 'Lock'
              and query like '%grown as materialized%'`,
          { timeout: 10_000 },
        )
        .toHaveLength(1);
      return { appended };
    });
    return work.appended;
  };

  test.each<[string, (tx: Transaction) => Promise<unknown>, boolean]>([
    [
      "a record",
      (tx) => tx`update vaults set log_index = 1, log_head = ${recordId} where vault_id = ${vault}`,
      true,
    ],
    ["its removal", (tx) => tx`delete from vaults where vault_id = ${vault}`, false],
  ])("that waited for %s looks at what it left", async (_, change, isStored) => {
    await settle();
    const { said: words, seen } = await whileLocked(change);
    expect(words).toBe(isStored ? vain : `${one} begin look`);
    expect(seen.at(-1)?.vaults.get(vault)?.logHead.index).toBe(isStored ? 1 : undefined);
    expect(await positions()).toEqual(upTo(isStored ? 5 : 4));
  });

  test("that waited for another node's append stores right behind it", async () => {
    await settle();
    await sql`create function wait_a_bit() returns trigger language plpgsql as
      $$ begin perform pg_sleep(0.5); return null; end $$`;
    await sql`create trigger slow after insert on chains for each statement
      execute function wait_a_bit()`;
    const theirs = grow(there, [growth({ vault, chain: chainOf(3) })]);
    await expect
      .poll(() => sql`select from pg_stat_activity where wait_event = 'PgSleep'`)
      .toHaveLength(1);
    const ours = await append(growth(first));
    await theirs;
    expect(ours.said).toBe(vain);
    expect(ours.seen.map(({ vaults }) => vaults.get(vault)?.position)).toEqual([4, 5]);
    expect(ours.writes.runs[0]?.firstPosition).toBe(6);
    expect(await positions()).toEqual(upTo(6));
  });

  test("that waited for the tidying keeps what that changed, and takes one trip", async () => {
    await settle();
    const { said: words } = await whileLocked(
      (tx) => tx`update vaults set used_byte_length = used_byte_length - 305, tidied_position = 4
        where vault_id = ${vault}`,
    );
    expect(words).toBe(one);
    expect(await rowOf()).toEqual({
      position: 5,
      used_byte_length: 5 * envelopeByteLength - 305,
      tidied_position: 4,
    });
  });

  test("takes two trips for what is new, for several vaults, for checkpoints, for a quota and where more waits", async () => {
    const elsewhere = { vault: vaultOf(2), chain: chainOf(9) };
    await found(elsewhere.vault);
    await append(growth(elsewhere));
    await settle();
    expect((await append(growth({ vault, chain: chainOf(3) }))).said).toBe(look);
    expect((await append(growth(first))).said).toBe(one);
    expect((await append(growth(first), growth(elsewhere))).said).toBe(look);
    said.length = 0;
    // What is said of the one that does not grow must be so as well.
    await here.append(ask(first, elsewhere), growingBy([growth(first)]));
    expect(said.join(" ")).toBe(look);
    expect((await append(growth(first))).said).toBe(one);
    said.length = 0;
    await here.append({ ...ask(first), hasQuota: true }, growingBy([growth(first)]));
    expect(said.join(" ")).toBe(look);
    said.length = 0;
    await here.append({ ...ask(first), isAlone: false }, growingBy([growth(first)]));
    expect(said.join(" ")).toBe(look);
    said.length = 0;
    const author = { user: userOf(1), device: asker };
    await here.append(ask(first), (held) => ({
      ...growingBy([growth(first)])(held),
      checkpoints: [
        {
          ...author,
          vault,
          position: (held.vaults.get(vault)?.position ?? 0) + 1,
          envelope: envelopeIdOf(first.chain, 99),
          isPurge: false,
          storedAtMs: 5,
        },
      ],
    }));
    expect(said.join(" ")).toBe(look);
    expect(await sql`select from checkpoints`).toHaveLength(1);
    expect(await positions()).toEqual(upTo(12));
  });

  test("that fails leaves nothing and no lock, and is no longer decided from memory", async () => {
    await settle();
    const [inTheWay] = await sql`
      insert into envelope_heads
      select vault_id, chain_id, seq + 100, 5, kind, flags, body_byte_length, signed_head
      from envelope_heads where vault_id = ${vault} limit 1 returning seq`;
    const before = await rowOf();
    await expect(append(growth(first))).rejects.toMatchObject({
      name: "TransactionFailed",
      code: "23505",
    });
    expect(said).toEqual([one]);
    expect(await rowOf()).toEqual(before);
    expect(await here.chain(first)).toMatchObject({ seq: 2 });
    await sql`delete from envelope_heads where seq = ${inTheWay?.["seq"]}`;
    await sql`select from vaults where vault_id = ${vault} for update nowait`;
    expect((await append(growth(first))).said).toBe(look);
    expect((await append(growth(first))).said).toBe(one);
    expect(await positions()).toEqual(upTo(6));
  });

  test("looks, where what is remembered makes no sense to whoever decides", async () => {
    await settle();
    await grow(there, [growth(first)]);
    await here.append(ask(first), (held) => {
      if (held.vaults.get(vault)?.position === 4) throw new Error("old");
      return growingBy([growth(first)])(held);
    });
    expect(await positions()).toEqual(upTo(6));
  });

  test("is tried in vain once, and not again as long as another node writes there in turn", async () => {
    await settle();
    const words: string[] = [];
    for (let turn = 0; turn < 4; turn++) {
      await grow(there, [growth(second)]);
      words.push((await append(growth(first))).said);
    }
    words.push((await append(growth(first))).said, (await append(growth(first))).said);
    expect(words).toEqual([vain, look, look, look, look, one]);
    expect(await positions()).toEqual(upTo(14));
  });

  test("two nodes that race for one vault 500 times leave no gap, and give nothing twice", async () => {
    const placed: number[] = [];
    const race = async (node: PostgresChainStore, name: typeof first): Promise<void> => {
      for (let round = 0; round < 250; round++) {
        const { runs } = await node.append(ask(name), growingBy([growth(name, 1 + (round % 2))]));
        for (const { firstPosition, envelopes: stored } of runs)
          placed.push(...stored.map((_, at) => firstPosition + at));
        // Now and then one of them is alone for a while.
        if (round % 25 === 0)
          await new Promise((resolve) => {
            setTimeout(resolve, name === first ? 15 : 5);
          });
      }
    };
    said.length = 0;
    await Promise.all([race(here, first), race(there, second)]);
    expect(placed.toSorted((left, right) => left - right)).toEqual(upTo(750));
    expect(await positions()).toEqual(upTo(750));
    expect(await rowOf()).toMatchObject({
      position: 750,
      used_byte_length: 750 * envelopeByteLength,
    });
    expect((await here.chain(first))?.seq).toBe(375);
    expect((await here.chain(second))?.seq).toBe(375);
    // Some of them were in vain, and not all.
    const tries = said.filter((word) => word === one).length;
    expect(tries).toBeGreaterThan(0);
    expect(tries + said.filter((word) => word === "look").length).toBeGreaterThan(250);
  });
});
