import { afterAll, afterEach, beforeEach, describe, expect, test } from "vitest";
import { openTidyStores, shareTidyStores } from "../testing/postgresTidyStores.ts";
import { tidyStoreContract } from "../testing/tidyStore.contract.ts";
import { tidyingContract } from "../testing/tidying.contract.ts";
import { createTidyWorld, type TidyWorld } from "../testing/tidyWorld.ts";
import type { Sql } from "./sql.ts";
import { tidyVault } from "../tidy/tidyVault.ts";

const shared = shareTidyStores();
afterAll(shared.end);

tidyStoreContract("Postgres", shared.open);
tidyingContract("Postgres", shared.open);

/** Of a busy machine. */
const patience = { timeout: 30_000 };

describe("tidying in Postgres, while others are at work", () => {
  let stores: Awaited<ReturnType<typeof openTidyStores>>;
  let world: TidyWorld;
  beforeEach(async () => {
    stores = await openTidyStores();
    world = await createTidyWorld(stores);
  });
  afterEach(() => stores.close());

  const bodies = () => stores.tidyStore.hold(world.vaultId, (still) => still.bodies(0, 10_000));

  test("an append waits as long as the vault is held, and is seen by the next look", async () => {
    const alice = await world.openChain(world.people.alice);
    let appending = Promise.resolve();
    let isAppended = false;
    await stores.tidyStore.hold(world.vaultId, async (still) => {
      appending = alice.data(1).then(() => void (isAppended = true));
      await waitingForLock(stores);
      expect(isAppended).toBe(false);
      expect(await still.bodies(0, 10)).toHaveLength(1);
    });
    await appending;
    expect(await bodies()).toHaveLength(2);
  });

  test("work that fails has changed nothing", async () => {
    const alice = await world.openChain(world.people.alice);
    await alice.data(3);
    const before = await bodies();
    const failing = stores.tidyStore.hold(world.vaultId, async (still) => {
      await still.change({ trash: [2], restore: [], remove: [3] }, 5);
      await still.setTidied({ position: 4, logIndex: 1, plan: undefined, dueAtMs: 7 });
      throw new RangeError("what went wrong");
    });
    await expect(failing).rejects.toThrow("what went wrong");
    expect(await bodies()).toEqual(before);
    expect(await stores.tidyStore.vaultsToTidy(1, undefined, 1)).toEqual([world.vaultId]);
  });

  test("a node whose lock is lost with its connection ends its round in order", async () => {
    const outcome = await stores.tidyStore.alone(async () => {
      await stores.sql`
        select pg_terminate_backend(pid) from pg_locks
        where locktype = 'advisory' and database = (
          select oid from pg_database where datname = current_database()
        )`;
      const next = () => stores.tidyStore.alone(async () => "the next");
      await expect.poll(next, patience).toBe("the next");
      return "in order";
    });
    expect(outcome).toBe("in order");
    expect(await stores.tidyStore.alone(async () => "later")).toBe("later");
  });

  test("people write and two nodes tidy at once, and what is left is what belongs there", async () => {
    const alice = await world.openChain(world.people.alice);
    const bob = await world.openChain(world.people.bob);
    const writing = { isOver: false };
    const write = async (): Promise<void> => {
      for (let round = 0; round < 12; round++) {
        await Promise.all([alice.data(20), bob.data(20)]);
        const checkpoint = await alice.checkpoint({ coverage: [alice.mark, bob.mark] });
        await bob.attest(checkpoint, round % 4 === 3 ? 2 : 1);
        await bob.beacon(round % 2 === 0);
        world.nowMs += 5 * 86_400_000;
      }
      writing.isOver = true;
    };
    const { logs, vaultId } = world;
    const limits = { nowMs: () => world.nowMs, shouldStop: () => false };
    const tidyMeanwhile = async (): Promise<void> => {
      while (!writing.isOver) await world.tidy();
    };
    // As one whose lock was lost goes on beside the next one.
    const tidyWithoutLock = async (): Promise<void> => {
      while (!writing.isOver) await tidyVault({ ...stores, logs }, vaultId, limits);
    };
    await Promise.all([write(), tidyMeanwhile(), tidyWithoutLock()]);
    await world.tidy();
    const left = await bodies();
    // Looked at as if for the first time, nothing is to be done.
    await stores.sql`update vaults set tidied_plan = null, tidied_position = 0`;
    expect(await world.tidy()).toMatchObject({ trashedCount: 0, restoredCount: 0 });
    expect(await bodies()).toEqual(left);
    expect(await world.usedByteLength()).toBe(await storedByteLength(stores));
  });
});

const waitingForLock = async ({ sql }: { readonly sql: Sql }): Promise<void> => {
  const waiting = () => sql`
    select from pg_stat_activity
    where datname = current_database() and wait_event_type = 'Lock'`;
  await expect.poll(waiting, patience).toHaveLength(1);
};

const storedByteLength = async ({ sql }: Awaited<ReturnType<typeof openTidyStores>>) => {
  const [row] = await sql<{ byte_length: number }[]>`
    select (select sum(octet_length(signed_head)) from envelope_heads)
      + (select sum(octet_length(body)) from envelope_bodies) as byte_length`;
  return row?.byte_length;
};
