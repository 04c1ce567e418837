/** What every adapter of ChainStore promises of reads by name, and of bodies that come later. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { ChainName, ChainStore } from "../ports/chainStore.ts";
import {
  chainOf,
  type ChainStoreUnderTest,
  envelopeIdOf,
  envelopes,
  type EnvelopeShape,
  grow,
  placedOf,
  storedChainOf,
} from "./chainSamples.ts";
import { userOf, vaultOf } from "./storeSamples.ts";

const noChain: ChainName = { vault: vaultOf(0), chain: chainOf(0) };

export const chainReadContract = (
  adapter: string,
  open: () => Promise<ChainStoreUnderTest>,
): void => {
  describe(`ChainStore contract, reads, ${adapter}`, () => {
    let under: ChainStoreUnderTest;
    let store: ChainStore;

    beforeAll(async () => {
      under = await open();
      [store] = under.nodes;
    });
    afterAll(() => under.close());

    /** Two vaults of their own for each test. */
    let number = 0;
    let [one, two] = [vaultOf(0), vaultOf(0)];
    let [first, second] = [noChain, noChain];
    beforeEach(async () => {
      number += 10;
      [one, two] = [vaultOf(number + 1), vaultOf(number + 2)];
      first = { vault: one, chain: chainOf(1) };
      second = { vault: one, chain: chainOf(2) };
      await under.foundVault(one, userOf(1));
      await under.foundVault(two, userOf(1));
    });

    /** Positions of `first` are then its seqs, and those of `second` stand behind them. */
    const store5And3 = (shape: EnvelopeShape = {}) =>
      grow(store, [
        { ...first, envelopes: envelopes(5, shape) },
        { ...second, envelopes: envelopes(3) },
      ]);
    const placed = (seq: number, shape: EnvelopeShape = {}) => placedOf(first, seq, seq, shape);
    const headOnly = (seq: number, shape: EnvelopeShape = {}) => ({
      ...placed(seq, shape),
      body: undefined,
    });

    test("a chain is found in its vault only", async () => {
      await store5And3();
      expect(await store.chain(first)).toEqual(storedChainOf(first, 5));
      expect(await store.chain({ vault: two, chain: first.chain })).toBeUndefined();
    });

    test("positions are those of vaults that exist", async () => {
      await store5And3();
      expect(await store.position(one)).toBe(8);
      expect(await store.position(two)).toBe(0);
      expect(await store.position(vaultOf(number + 9))).toBeUndefined();
      expect(await store.positions([vaultOf(number + 9), two, one])).toEqual(
        new Map([
          [one, 8],
          [two, 0],
        ]),
      );
      expect(await store.positions([])).toEqual(new Map());
    });

    test("heads are the newest marks of every chain, rising, with the counter", async () => {
      await store5And3();
      expect(await store.heads(one)).toEqual({
        position: 8,
        chains: [
          { chain: first.chain, seq: 5, id: envelopeIdOf(first.chain, 5) },
          { chain: second.chain, seq: 3, id: envelopeIdOf(second.chain, 3) },
        ],
      });
      expect(await store.heads(two)).toEqual({ position: 0, chains: [] });
      expect(await store.heads(vaultOf(number + 9))).toEqual({ position: 0, chains: [] });
    });

    test("heads never run ahead of their counter while appends go on", async () => {
      const [, other] = under.nodes;
      const progress = { isDone: false };
      const appends = (async () => {
        for (let round = 0; round < 30; round++)
          await grow(other, [
            { ...first, envelopes: envelopes(2) },
            { ...second, envelopes: envelopes(1) },
          ]);
        progress.isDone = true;
      })();
      while (!progress.isDone) {
        const { position, chains } = await store.heads(one);
        expect(chains.reduce((sum, { seq }) => sum + seq, 0)).toBe(position);
      }
      await appends;
    });

    test("a range is of one chain from a seq on, rising, and no longer than asked", async () => {
      await store5And3();
      expect(await store.range(first, 2, 3, true)).toEqual([placed(2), placed(3), placed(4)]);
      expect(await store.range(first, 4, 256, true)).toEqual([placed(4), placed(5)]);
      expect(await store.range(first, 6, 10, true)).toEqual([]);
      expect(await store.range(first, 1, 0, true)).toEqual([]);
      expect(await store.range({ vault: two, chain: first.chain }, 1, 10, true)).toEqual([]);
    });

    test("a range comes without bodies where none are wanted, or none are here", async () => {
      await store5And3();
      await under.trash(one, 2);
      expect(await store.range(first, 1, 2, false)).toEqual([headOnly(1), headOnly(2)]);
      expect(await store.range(first, 1, 3, true)).toEqual([placed(1), headOnly(2), placed(3)]);
    });

    test("bodies are those at the seqs asked for that exist, rising", async () => {
      await store5And3();
      expect(await store.bodies(first, [9, 4, 2], 1_000_000)).toEqual([placed(2), placed(4)]);
      expect(await store.bodies(first, [], 1_000_000)).toEqual([]);
      expect(await store.bodies({ vault: two, chain: first.chain }, [1], 1_000)).toEqual([]);
    });

    test("bodies end where the next would exceed the limit, and the first always comes", async () => {
      await store5And3({ bodyByteLength: 500 });
      const shape = { bodyByteLength: 500 };
      expect(await store.bodies(first, [1, 2, 3], 1_000)).toEqual([
        placed(1, shape),
        placed(2, shape),
        headOnly(3, shape),
      ]);
      expect(await store.bodies(first, [1, 2, 3], 999)).toEqual([
        placed(1, shape),
        headOnly(2, shape),
        headOnly(3, shape),
      ]);
      expect(await store.bodies(first, [3, 4], 1)).toEqual([placed(3, shape), headOnly(4, shape)]);
    });

    test("a body that is not here takes no place of those that are", async () => {
      await store5And3({ bodyByteLength: 500 });
      const shape = { bodyByteLength: 500 };
      await under.trash(one, 1);
      await under.trash(one, 3);
      expect(await store.bodies(first, [1, 2, 3, 4, 5], 1_000)).toEqual([
        headOnly(1, shape),
        placed(2, shape),
        headOnly(3, shape),
        placed(4, shape),
        headOnly(5, shape),
      ]);
      expect(await store.bodies(first, [1, 2, 4], 1)).toEqual([
        headOnly(1, shape),
        placed(2, shape),
        headOnly(4, shape),
      ]);
    });

    test("bodies fill the places of heads that came without, and their bytes are counted", async () => {
      await store5And3({ hasBody: false });
      const { usedByteLength } = await under.kept(one);
      const bodies = [4, 2].map((seq) => ({
        position: seq,
        body: placed(seq).body ?? new Uint8Array(),
      }));
      await store.fillBodies(one, bodies);
      expect(await store.range(first, 1, 5, true)).toEqual([
        headOnly(1),
        placed(2),
        headOnly(3),
        placed(4),
        headOnly(5),
      ]);
      expect((await under.kept(one)).usedByteLength).toBe(usedByteLength + 2 * 305);
      await store.fillBodies(one, []);
    });

    test("a body that is here is never overwritten, nor counted again", async () => {
      await store5And3();
      const before = await under.kept(one);
      const forged = new Uint8Array(305).fill(0xee);
      await Promise.all(
        under.nodes.map((node) =>
          node.fillBodies(one, [
            { position: 3, body: forged },
            { position: 1, body: forged },
          ]),
        ),
      );
      expect(await store.range(first, 1, 5, true)).toEqual([1, 2, 3, 4, 5].map((s) => placed(s)));
      expect(await under.kept(one)).toEqual(before);
    });

    test("a body fills no place without a head, and none whose head says another length", async () => {
      await store5And3({ hasBody: false });
      const before = await under.kept(one);
      const body = new Uint8Array(305).fill(1);
      await store.fillBodies(one, [
        { position: 9, body },
        { position: 2, body: body.subarray(1) },
      ]);
      await store.fillBodies(two, [{ position: 1, body }]);
      await grow(store, [{ ...second, envelopes: envelopes(1, { hasBody: false }) }]);
      expect(await store.bodies(first, [2], 1_000)).toEqual([headOnly(2)]);
      expect((await store.bodies(second, [4], 1_000))[0]?.body).toBeUndefined();
      expect((await under.kept(one)).usedByteLength).toBe(before.usedByteLength + 236);
    });
  });
};
