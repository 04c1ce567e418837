import { expect, test } from "vitest";
import type { UserId } from "@duro/protocol";
import { openMemoryTidyStores } from "../testing/memoryTidyStores.ts";
import { userOf } from "../testing/storeSamples.ts";
import { createTidyWorld, type TidyStores, type TidyWorld } from "../testing/tidyWorld.ts";
import { runTidying, type TidyingDeps } from "./runTidying.ts";

/** Two vaults, each with a checkpoint that counts and drops three bodies. */
const openTwo = async (stores: TidyStores): Promise<readonly TidyWorld[]> => {
  const worlds: TidyWorld[] = [];
  for (const seed of ["one", "two"]) {
    const world = await createTidyWorld(stores, { seed });
    const alice = await world.openChain(world.people.alice);
    const bob = await world.openChain(world.people.bob);
    await alice.data(3);
    await bob.attest(await alice.checkpoint({ coverage: [alice.mark] }));
    worlds.push(world);
  }
  return worlds;
};

const failures: string[] = [];

const setUp = async () => {
  const stores = openMemoryTidyStores();
  const [first] = await openTwo(stores);
  if (first === undefined) throw new RangeError("there are two");
  failures.length = 0;
  const onFailure = (where: string): void => void failures.push(where);
  const deps: TidyingDeps = { ...stores, logs: first.logs, onFailure };
  const limits = { nowMs: () => first.nowMs, shouldStop: () => false };
  return { stores, deps, limits, vaultId: first.vaultId };
};

test("a round tidies every vault, and says what it did", async () => {
  const { deps, limits } = await setUp();
  expect(await runTidying(deps, limits)).toEqual({
    vaultCount: 2,
    trashedCount: 6,
    restoredCount: 0,
    removedCount: 0,
    removedByteLength: 0,
    removedBlobCount: 0,
    removedBlobByteLength: 0,
    removedMailboxCount: 0,
    removedAccountCount: 0,
    failureCount: 0,
    isWhole: true,
  });
});

test("a round does nothing while another node is at it", async () => {
  const { deps, limits, stores } = await setUp();
  expect(await stores.tidyStore.alone(() => runTidying(deps, limits))).toBeUndefined();
  expect(await runTidying(deps, limits)).toMatchObject({ trashedCount: 6 });
});

test("a vault that fails does not keep the others, and is tried again in the next round", async () => {
  const { deps, limits, stores, vaultId } = await setUp();
  const failing: TidyingDeps = {
    ...deps,
    tidyStore: {
      ...stores.tidyStore,
      hold: (vault, work) =>
        vault === vaultId
          ? Promise.reject(new RangeError("a bug"))
          : stores.tidyStore.hold(vault, work),
    },
  };
  expect(await runTidying(failing, limits)).toMatchObject({ trashedCount: 3, failureCount: 1 });
  expect(failures).toEqual(["tidying: a vault"]);
  expect(await runTidying(deps, limits)).toMatchObject({ trashedCount: 3, failureCount: 0 });
});

test.each<[string, Partial<TidyingDeps>]>([
  ["vaults", { tidyStore: { ...openMemoryTidyStores().tidyStore, vaultsToTidy: fails } }],
  ["blobs", { blobStore: { removeDropped: fails, removeUnfinished: fails } }],
  ["mailboxes", { mailboxStore: { removeExpired: fails } }],
])("%s that fail do not keep the rest", async (what, broken) => {
  const { deps, limits } = await setUp();
  let isForgotten = false;
  const accountStore = {
    ...deps.accountStore,
    forgetExpired: async () => void (isForgotten = true),
  };
  await runTidying({ ...deps, accountStore, ...broken }, limits);
  expect(new Set(failures)).toEqual(new Set([`tidying: ${what}`]));
  expect(isForgotten).toBe(true);
});

test("an account that fails does not keep the others", async () => {
  const { deps, limits } = await setUp();
  const removed: UserId[] = [];
  const accountStore = {
    ...deps.accountStore,
    deletionsDue: async () => [userOf(1), userOf(2), userOf(3)],
    remove: async (user: UserId) => {
      if (user === userOf(2)) throw new RangeError("a bug");
      removed.push(user);
    },
  };
  const report = await runTidying({ ...deps, accountStore }, limits);
  expect(report).toMatchObject({ removedAccountCount: 2, failureCount: 1 });
  expect(removed).toEqual([userOf(1), userOf(3)]);
});

test("more blobs than go at once go one portion after the other", async () => {
  const { deps, limits } = await setUp();
  const portion = { blobCount: 2, chunkCount: 5, byteLength: 100 };
  let left = 3;
  const removeDropped = async () => ({ ...portion, isMore: (left -= 1) > 0 });
  const blobStore = { ...deps.blobStore, removeDropped };
  expect(await runTidying({ ...deps, blobStore }, limits)).toMatchObject({
    removedBlobCount: 6,
    removedBlobByteLength: 300,
  });
});

test("a round that is asked to stop begins nothing new", async () => {
  const { deps, limits, stores } = await setUp();
  let heldCount = 0;
  const counting: TidyingDeps = {
    ...deps,
    tidyStore: {
      ...stores.tidyStore,
      hold: (vault, work) => {
        heldCount += 1;
        return stores.tidyStore.hold(vault, work);
      },
    },
    accountStore: { ...deps.accountStore, deletionsDue: fails },
  };
  const shouldStop = () => heldCount > 0;
  expect(await runTidying(counting, { ...limits, shouldStop })).toMatchObject({
    trashedCount: 3,
    failureCount: 0,
    isWhole: false,
  });
  expect(heldCount).toBe(1);
});

async function fails(): Promise<never> {
  throw new RangeError("a bug");
}
