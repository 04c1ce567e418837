/** What tidying does to a vault, from the clients' writes to what a reader gets, on every kind of stores. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type EnvelopeId, type Vector, Verdict } from "@duro/protocol";
import { createTidyWorld, dayMs, type TidyStores, type TidyWorld } from "./tidyWorld.ts";
import type { TidyWriter } from "./tidyWriter.ts";

const seqs = (from: number, to: number): readonly number[] =>
  Array.from({ length: to - from + 1 }, (_, at) => from + at);

export const tidyingContract = (adapter: string, open: () => Promise<TidyStores>): void => {
  describe(`tidying, ${adapter}`, () => {
    let stores: TidyStores;
    beforeEach(async () => {
      stores = await open();
    });
    afterEach(() => stores.close());

    /** Alice and Bob have written ten envelopes each, and nothing else happened. */
    const begin = async (options: Parameters<typeof createTidyWorld>[1] = {}) => {
      const world = await createTidyWorld(stores, options);
      const alice = await world.openChain(world.people.alice);
      const bob = await world.openChain(world.people.bob);
      await alice.data(9);
      await bob.data(9);
      return { world, alice, bob };
    };

    const checkpointed = async (
      alice: TidyWriter,
      bob: TidyWriter,
      coverage: Vector = [alice.mark, bob.mark],
    ): Promise<EnvelopeId> => {
      const checkpoint = await alice.checkpoint({ coverage });
      await bob.attest(checkpoint);
      return checkpoint;
    };

    const later = (world: TidyWorld, days: number): void => {
      world.nowMs += days * dayMs;
    };

    describe("a checkpoint that counts", () => {
      test("sends what it covers to the trash, from where it goes after 14 days", async () => {
        const { world, alice, bob } = await begin();
        await checkpointed(alice, bob, [alice.mark, bob.markAt(6)]);
        const usedBefore = await world.usedByteLength();
        expect(await world.tidy()).toMatchObject({ vaultCount: 1, trashedCount: 14 });
        expect(await world.bodiesOf(alice)).toEqual([1, 11]);
        expect(await world.bodiesOf(bob)).toEqual([1, ...seqs(7, 11)]);
        expect(await world.usedByteLength()).toBe(usedBefore);

        later(world, 13);
        expect(await world.tidy()).toMatchObject({ removedCount: 0 });
        later(world, 1);
        const goneByteLength = [...alice.envelopes.slice(1, 10), ...bob.envelopes.slice(1, 6)]
          .map(({ body }) => body?.length ?? 0)
          .reduce((sum, byteLength) => sum + byteLength);
        expect(await world.tidy()).toMatchObject({
          removedCount: 14,
          removedByteLength: goneByteLength,
        });
        expect(await world.usedByteLength()).toBe(usedBefore - goneByteLength);
        expect(await world.bodiesOf(bob)).toEqual([1, ...seqs(7, 11)]);
      });

      test("does nothing a second time", async () => {
        const { world, alice, bob } = await begin();
        await checkpointed(alice, bob);
        await world.tidy();
        expect(await world.tidy()).toMatchObject({ vaultCount: 0 });
        await bob.data(1);
        expect(await world.tidy()).toMatchObject({ vaultCount: 1, trashedCount: 0 });
      });

      test("leaves its heads: the chain still verifies without a gap", async () => {
        const { world, alice, bob } = await begin();
        await checkpointed(alice, bob);
        await world.tidy();
        later(world, 14);
        await world.tidy();
        const name = { vault: world.vaultId, chain: alice.chain };
        const stored = await stores.chainStore.range(name, 1, 100, true);
        expect(stored.map(({ seq }) => seq)).toEqual(seqs(1, 11));
      });

      test("waits for its blobs, and is let go again when one is dropped", async () => {
        const { world, alice, bob } = await begin();
        const blob = await world.storeBlob(1);
        const checkpoint = await alice.checkpoint({
          coverage: [alice.mark, bob.mark],
          blobs: [blob],
        });
        await bob.attest(checkpoint);
        expect(await world.tidy()).toMatchObject({ trashedCount: 18 });
        await world.dropBlob(1);
        later(world, 1);
        expect(await world.tidy()).toMatchObject({ restoredCount: 18 });
        await world.storeBlob(1);
        later(world, 1);
        expect(await world.tidy()).toMatchObject({ trashedCount: 18 });
      });

      test("of a lone writer counts when 30 days are over, without anybody's word", async () => {
        const world = await createTidyWorld(stores, { members: [] });
        const alice = await world.openChain(world.people.alice);
        await alice.data(5);
        await alice.checkpoint({ coverage: [alice.mark] });
        expect(await world.tidy()).toMatchObject({ trashedCount: 0 });
        later(world, 29);
        expect(await world.tidy()).toMatchObject({ trashedCount: 0 });
        later(world, 1);
        expect(await world.tidy()).toMatchObject({ trashedCount: 5 });
      });

      test("by its author's other device counts at once where nobody else may write", async () => {
        const world = await createTidyWorld(stores, { members: [] });
        const alice = await world.openChain(world.people.alice);
        const spare = await world.openChain(world.people.alice, world.people.spare);
        await alice.data(5);
        await spare.attest(await alice.checkpoint({ coverage: [alice.mark] }));
        expect(await world.tidy()).toMatchObject({ trashedCount: 5 });
      });
    });

    describe("checkpoints", () => {
      test("two newest that count stay, with what was said about them", async () => {
        const { world, alice, bob } = await begin();
        for (let round = 0; round < 3; round++) {
          await checkpointed(alice, bob);
          await world.tidy();
        }
        // Alice wrote one in each round behind ten envelopes, and Bob a verdict.
        expect(await world.bodiesOf(alice)).toEqual([1, 12, 13]);
        expect(await world.bodiesOf(bob)).toEqual([1, 12, 13]);
      });

      test("a purge leaves none before it", async () => {
        const { world, alice, bob } = await begin();
        const coverage = [alice.markAt(10), bob.markAt(10)];
        await checkpointed(alice, bob, coverage);
        await checkpointed(alice, bob, coverage);
        const purge = await alice.checkpoint({ coverage, isPurge: true });
        await world.tidy();
        expect(await world.bodiesOf(alice)).toEqual([1, 11, 12, 13]);
        await bob.attest(purge);
        await world.tidy();
        expect(await world.bodiesOf(alice)).toEqual([1, 13]);
      });

      test("one that was removed is forgotten, and those that stay go on counting", async () => {
        const { world, alice, bob } = await begin();
        for (let round = 0; round < 3; round++) await checkpointed(alice, bob);
        await world.tidy();
        later(world, 14);
        await world.tidy();
        const rows = await stores.tidyStore.hold(world.vaultId, (still) => still.checkpoints(10));
        expect(rows?.map(({ seq }) => seq)).toEqual([12, 13]);
        await alice.data(1);
        expect(await world.tidy()).toMatchObject({ trashedCount: 0, restoredCount: 0 });
      });
    });

    describe("beacons", () => {
      test("go when a full one of their chain follows, and nothing else goes with them", async () => {
        const { world, alice, bob } = await begin();
        await alice.beacon(false);
        await bob.beacon(false);
        expect(await world.tidy()).toMatchObject({ trashedCount: 0 });
        await alice.beacon(true);
        await alice.beacon(false);
        expect(await world.tidy()).toMatchObject({ trashedCount: 1 });
        expect(await world.bodiesOf(alice)).toEqual([...seqs(1, 10), 12, 13]);
        expect(await world.bodiesOf(bob)).toEqual(seqs(1, 11));
        later(world, 14);
        expect(await world.tidy()).toMatchObject({ removedCount: 1 });
      });

      test("come back when the full one behind them no longer counts", async () => {
        const { world, alice, bob } = await begin();
        await bob.beacon(false);
        await bob.beacon(true);
        await world.tidy();
        expect(await world.bodiesOf(bob)).toEqual([...seqs(1, 10), 12]);
        await world.remove(world.people.bob, bob.markAt(11));
        await world.tidy();
        expect(await world.bodiesOf(bob)).toEqual(seqs(1, 12));
        expect(await world.bodiesOf(alice)).toEqual(seqs(1, 10));
      });
    });

    describe("attacks", () => {
      test("a removed member's checkpoint past its cut drops nothing, and what it dropped comes back", async () => {
        const { world, alice, bob } = await begin({ members: ["bob", "carol"] });
        const carol = await world.openChain(world.people.carol);
        const honest = alice.markAt(5);
        await carol.attest(await alice.checkpoint({ coverage: [honest] }));
        const cutAt = bob.mark;
        await bob.data(3);
        // Whoever vouched could not know that Bob was about to go.
        const theirs = await bob.checkpoint({ coverage: [alice.markAt(10), bob.mark] });
        await carol.attest(theirs);
        expect(await world.tidy()).toMatchObject({ trashedCount: 9 + 12 });
        await world.remove(world.people.bob, cutAt);
        expect(await world.tidy()).toMatchObject({ restoredCount: 5 + 12 });
        expect(await world.bodiesOf(alice)).toEqual([1, ...seqs(6, 11)]);
        expect(await world.bodiesOf(bob)).toEqual(seqs(1, 14));
        later(world, 60);
        expect(await world.tidy()).toMatchObject({ trashedCount: 0 });
        expect(await world.bodiesOf(bob)).toEqual(seqs(1, 14));
      });

      test("the same checkpoint within its cut drops what it covers", async () => {
        const { world, alice, bob } = await begin({ members: ["bob", "carol"] });
        const carol = await world.openChain(world.people.carol);
        await carol.attest(await bob.checkpoint({ coverage: [alice.markAt(10), bob.mark] }));
        await world.remove(world.people.bob, bob.mark);
        expect(await world.tidy()).toMatchObject({ trashedCount: 18 });
      });

      test.each(["the same device", "another device of the same user"])(
        "a lone writer drops nothing by the word of %s, while another writes",
        async (whose) => {
          const { world, alice, bob } = await begin();
          const other =
            whose === "the same device"
              ? alice
              : await world.openChain(world.people.alice, world.people.spare);
          const checkpoint = await alice.checkpoint({ coverage: [alice.mark, bob.mark] });
          await other.attest(checkpoint);
          expect(await world.tidy()).toMatchObject({ trashedCount: 0 });
          await bob.attest(checkpoint);
          expect(await world.tidy()).toMatchObject({ trashedCount: 18 });
        },
      );

      test("a second chain of the same device is no second device", async () => {
        const world = await createTidyWorld(stores, { members: [] });
        const alice = await world.openChain(world.people.alice);
        const again = await world.openChain(world.people.alice, undefined, 2);
        await alice.data(5);
        await again.attest(await alice.checkpoint({ coverage: [alice.mark] }));
        expect(await world.tidy()).toMatchObject({ trashedCount: 0 });
      });

      test("a coverage that names another envelope than is stored drops nothing", async () => {
        const { world, alice, bob } = await begin();
        const wrong = { ...bob.mark, id: bob.markAt(5).id };
        await checkpointed(alice, bob, [alice.markAt(5), wrong]);
        expect(await world.tidy()).toMatchObject({ trashedCount: 0 });
        await checkpointed(alice, bob, [alice.markAt(5), bob.markAt(5)]);
        expect(await world.tidy()).toMatchObject({ trashedCount: 8 });
      });

      test("a coverage that goes beyond what is stored drops nothing", async () => {
        const { world, alice, bob } = await begin();
        await checkpointed(alice, bob, [alice.markAt(5), { ...bob.mark, seq: 1_000 }]);
        expect(await world.tidy()).toMatchObject({ trashedCount: 0 });
      });

      test("a mismatch keeps everything, and brings back what was in the trash", async () => {
        const { world, alice, bob } = await begin({ members: ["bob", "carol"] });
        const carol = await world.openChain(world.people.carol);
        const checkpoint = await checkpointed(alice, bob);
        expect(await world.tidy()).toMatchObject({ trashedCount: 18 });
        await carol.attest(checkpoint, Verdict.Mismatch);
        expect(await world.tidy()).toMatchObject({ restoredCount: 18 });
        later(world, 29);
        expect(await world.tidy()).toMatchObject({ trashedCount: 0, removedCount: 0 });
      });

      test("a checkpoint whose clear part does not read drops nothing", async () => {
        const { world, alice, bob } = await begin();
        const coverage = [alice.mark, bob.mark];
        for (const clear of [new Uint8Array(), new Uint8Array([1, 9]), new Uint8Array([2])])
          await bob.attest(await alice.checkpoint({ coverage, clear }));
        expect(await world.tidy()).toMatchObject({ trashedCount: 0 });
      });

      test("an empty checkpoint takes the place of none that says more", async () => {
        const { world, alice, bob } = await begin();
        await checkpointed(alice, bob);
        await world.tidy();
        const coverage: Vector = [];
        for (let round = 0; round < 3; round++)
          await bob.attest(await alice.checkpoint({ coverage }));
        await world.tidy();
        expect(await world.bodiesOf(alice)).toEqual([1, 11, 12, 13, 14]);
        expect(await world.bodiesOf(bob)).toEqual([1, 11, 12, 13, 14]);
      });
    });

    describe("what else is over", () => {
      test("blobs that were dropped go after 14 days", async () => {
        const { world } = await begin();
        await world.storeBlob(1);
        await world.dropBlob(1);
        later(world, 14);
        expect(await world.tidy()).toMatchObject({ removedBlobCount: 0 });
        world.nowMs += 1;
        expect(await world.tidy()).toMatchObject({ removedBlobCount: 1 });
      });

      test("an account goes when its day has come, and its vault with it", async () => {
        const world = await createTidyWorld(stores, { members: [] });
        await (await world.openChain(world.people.alice)).data(3);
        const { user } = world.people.alice.state;
        await stores.accountStore.setDeletion(user, world.nowMs + dayMs);
        expect(await world.tidy()).toMatchObject({ removedAccountCount: 0 });
        later(world, 2);
        expect(await world.tidy()).toMatchObject({ removedAccountCount: 1 });
        expect(await stores.accountStore.usage(user)).toBeUndefined();
        expect(await stores.chainStore.position(world.vaultId)).toBeUndefined();
        expect(await world.tidy()).toMatchObject({ vaultCount: 0, removedAccountCount: 0 });
      });
    });
  });
};
