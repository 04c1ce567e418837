import { beforeEach, describe, expect, test } from "vitest";
import type { StillVault, TidyStore } from "../ports/tidyStore.ts";
import { openMemoryTidyStores } from "../testing/memoryTidyStores.ts";
import { createTidyWorld, dayMs, type TidyStores, type TidyWorld } from "../testing/tidyWorld.ts";
import type { TidyWriter } from "../testing/tidyWriter.ts";
import { tidyVault } from "./tidyVault.ts";

/** More than one page. */
const manyCount = 2_500;

/** Does something behind the transaction of that number, from 1. */
const interrupted = (
  tidyStore: TidyStore,
  behind: number,
  interrupt: () => Promise<void> | void,
): TidyStore => {
  let count = 0;
  return {
    ...tidyStore,
    hold: async (vault, work) => {
      const outcome = await tidyStore.hold(vault, work);
      count += 1;
      if (count === behind) await interrupt();
      return outcome;
    },
  };
};

let stores: TidyStores;
let world: TidyWorld;
let alice: TidyWriter;
let bob: TidyWriter;

beforeEach(async () => {
  stores = openMemoryTidyStores();
  world = await createTidyWorld(stores, { members: ["bob", "carol"] });
  alice = await world.openChain(world.people.alice);
  bob = await world.openChain(world.people.bob);
});

const tidy = (tidyStore = stores.tidyStore, shouldStop = () => false) => {
  const limits = { nowMs: () => world.nowMs, shouldStop };
  return tidyVault({ tidyStore, logs: world.logs }, world.vaultId, limits);
};

const tidied = () =>
  stores.tidyStore.hold(world.vaultId, async (still: StillVault) => still.tidied);
const trashedCount = async () => {
  const places = await stores.tidyStore.hold(world.vaultId, (still) => still.bodies(0, 10_000));
  return places?.filter(({ trashedAtMs }) => trashedAtMs !== undefined).length;
};

describe("a vault of several pages", () => {
  beforeEach(async () => {
    await alice.data(manyCount);
    await bob.attest(await alice.checkpoint({ coverage: [alice.mark] }));
  });

  test("is tidied to its end", async () => {
    expect(await tidy()).toMatchObject({ trashedCount: manyCount });
    expect(await tidied()).toMatchObject({ position: manyCount + 4 });
  });

  test("that is stopped between two pages is finished by the next one who comes", async () => {
    let isStopping = false;
    const stopping = interrupted(stores.tidyStore, 1, () => void (isStopping = true));
    const first = await tidy(stopping, () => isStopping);
    expect(first.trashedCount).toBeLessThan(manyCount);
    expect(await tidied()).toMatchObject({ position: 0 });
    const second = await tidy();
    expect(first.trashedCount + second.trashedCount).toBe(manyCount);
  });

  test("whose plan changes between two pages follows the new one everywhere", async () => {
    const carol = await world.openChain(world.people.carol);
    const checkpoint = alice.mark.id;
    const blocking = interrupted(stores.tidyStore, 1, () => carol.attest(checkpoint, 2));
    expect(await tidy(blocking)).toMatchObject({ restoredCount: 1_022 });
    expect(await trashedCount()).toBe(0);
  });

  test("whose plan changes to and fro is not left half way between the two", async () => {
    const blob = await world.storeBlob(1);
    await bob.attest(await alice.checkpoint({ coverage: [alice.mark], blobs: [blob] }));
    // Without the blob nothing is left that counts.
    await bob.attest(alice.markAt(manyCount + 2).id, 2);
    expect(await tidy()).toMatchObject({ trashedCount: manyCount + 1 });
    await world.dropBlob(1);
    let isStopping = false;
    const stopping = interrupted(stores.tidyStore, 1, () => void (isStopping = true));
    expect(await tidy(stopping, () => isStopping)).toMatchObject({ restoredCount: 1_022 });
    await world.storeBlob(1);
    expect(await tidy()).toMatchObject({ trashedCount: 1_022 });
    expect(await trashedCount()).toBe(manyCount + 1);
  });

  test("whose log grows between two pages is judged by the new one", async () => {
    const cutting = interrupted(stores.tidyStore, 1, () =>
      world.remove(world.people.bob, bob.markAt(1)),
    );
    await tidy(cutting);
    expect(await trashedCount()).toBe(0);
  });

  test("is looked at from where it was tidied, while the plan is the same", async () => {
    await tidy();
    await bob.data(3);
    const looked: number[] = [];
    const watching: TidyStore = {
      ...stores.tidyStore,
      hold: (vault, work) =>
        stores.tidyStore.hold(vault, (still) =>
          work({
            ...still,
            bodies: (after, countMax) => {
              looked.push(after);
              return still.bodies(after, countMax);
            },
          }),
        ),
    };
    await tidy(watching);
    expect(looked).toEqual([manyCount + 4]);
    world.nowMs += 14 * dayMs;
    await tidy(watching);
    expect(looked.slice(1, 3)).toEqual([0, 1_024]);
  });
});

test("a vault whose log moves every time we look is left for the next round", async () => {
  const never: TidyStore = {
    ...stores.tidyStore,
    hold: (vault, work) =>
      stores.tidyStore.hold(vault, (still) =>
        work({ ...still, logHead: { ...still.logHead, id: alice.mark.id as never } }),
      ),
  };
  expect(await tidy(never)).toMatchObject({ trashedCount: 0 });
});

test("a vault that was removed meanwhile is no failure", async () => {
  const gone: TidyStore = { ...stores.tidyStore, hold: async () => undefined };
  expect(await tidy(gone)).toMatchObject({ trashedCount: 0 });
});
