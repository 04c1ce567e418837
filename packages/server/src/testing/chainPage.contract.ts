/** What every adapter of ChainStore promises of pages. */
import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { VaultId, Vector } from "@duro/protocol";
import type { ChainName, ChainStore, Page, PageAsk, PlacedEnvelope } from "../ports/chainStore.ts";
import {
  chainOf,
  type ChainStoreUnderTest,
  envelopeIdOf,
  envelopes,
  type EnvelopeShape,
  grow,
  type Growth,
  placedOf,
} from "./chainSamples.ts";
import { userOf, vaultOf } from "./storeSamples.ts";

const envelopeByteLength = 236 + 305;

const everythingOf = (vault: VaultId): PageAsk => ({
  vault,
  afterPosition: 0,
  vector: [],
  wantsBodies: true,
  envelopeCountMax: 1_000,
  byteLengthMax: 10_000_000,
});
const noChain: ChainName = { vault: vaultOf(0), chain: chainOf(0) };

const marksOf = (seqs: Readonly<Record<number, number>>): Vector =>
  Object.entries(seqs).map(([number, seq]) => {
    const chain = chainOf(Number(number));
    return { chain, seq, id: envelopeIdOf(chain, seq) };
  });

const readToEnd = async (store: ChainStore, ask: PageAsk): Promise<readonly Page[]> => {
  const pages: Page[] = [];
  let { afterPosition } = ask;
  for (;;) {
    const page = await store.page({ ...ask, afterPosition });
    pages.push(page);
    if (page.isEnd) return pages;
    expect(page.toPosition).toBeGreaterThan(afterPosition);
    afterPosition = page.toPosition;
  }
};

const withoutBody = (envelope: PlacedEnvelope): PlacedEnvelope => ({
  ...envelope,
  body: undefined,
});

const byteLengthOf = (stored: readonly PlacedEnvelope[]): number =>
  stored.reduce((sum, { signedHead, body }) => sum + signedHead.length + (body?.length ?? 0), 0);

export const chainPageContract = (
  adapter: string,
  open: () => Promise<ChainStoreUnderTest>,
): void => {
  describe(`ChainStore contract, pages, ${adapter}`, () => {
    let under: ChainStoreUnderTest;
    let store: ChainStore;

    beforeAll(async () => {
      under = await open();
      [store] = under.nodes;
    });
    afterAll(() => under.close());

    /** A vault of its own for each test. */
    let number = 0;
    let vault = vaultOf(0);
    let everything = everythingOf(vault);
    let [first, second, third] = [noChain, noChain, noChain];
    beforeEach(async () => {
      number += 10_000;
      vault = vaultOf(number);
      everything = everythingOf(vault);
      first = { vault, chain: chainOf(1) };
      second = { vault, chain: chainOf(2) };
      third = { vault, chain: chainOf(3) };
      await under.foundVault(vault, userOf(1));
    });

    /** Ten envelopes: positions 1-4 are `first`, 5-7 `second`, 8-9 `first` again, 10 `third`. */
    const storeTen = (shape: EnvelopeShape = {}) =>
      grow(store, [
        { ...first, envelopes: envelopes(4, shape) },
        { ...second, envelopes: envelopes(3, shape) },
        { ...first, envelopes: envelopes(2, shape) },
        { ...third, envelopes: envelopes(1, shape) },
      ]);
    const positionsOf = ({ envelopes: stored }: Page) => stored.map(({ position }) => position);

    test("of a vault without envelopes, or of none, is empty and the end", async () => {
      const nothing = { envelopes: [], toPosition: 0, isEnd: true };
      expect(await store.page(everything)).toEqual(nothing);
      expect(await store.page({ ...everything, vector: marksOf({ 1: 3 }) })).toEqual(nothing);
      expect(await store.page({ ...everything, vault: vaultOf(number + 9) })).toEqual(nothing);
      expect(
        await store.page({ ...everything, vault: vaultOf(number + 9), vector: marksOf({ 1: 3 }) }),
      ).toEqual(nothing);
    });

    test("a page of everything has everything, as it was stored", async () => {
      await storeTen();
      const page = await store.page(everything);
      expect(page).toMatchObject({ toPosition: 10, isEnd: true });
      expect(page.envelopes[5]).toEqual(placedOf(second, 2, 6));
      expect(positionsOf(page)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    });

    test("a page begins behind the position it is asked for, and ends empty behind the newest", async () => {
      await storeTen();
      expect(positionsOf(await store.page({ ...everything, afterPosition: 8 }))).toEqual([9, 10]);
      for (const afterPosition of [10, 11, 1_000])
        expect(await store.page({ ...everything, afterPosition })).toEqual({
          envelopes: [],
          toPosition: 10,
          isEnd: true,
        });
    });

    test("a page holds as many envelopes as asked, and says how far it came", async () => {
      await storeTen();
      const pages = await readToEnd(store, { ...everything, envelopeCountMax: 4 });
      expect(pages.map(positionsOf)).toEqual([
        [1, 2, 3, 4],
        [5, 6, 7, 8],
        [9, 10],
      ]);
      expect(pages.at(-1)).toMatchObject({ toPosition: 10, isEnd: true });
    });

    test("a page holds as many bytes as asked, heads and bodies together", async () => {
      await storeTen();
      const exact = await store.page({ ...everything, byteLengthMax: 3 * envelopeByteLength });
      expect(positionsOf(exact)).toEqual([1, 2, 3]);
      const short = await store.page({ ...everything, byteLengthMax: 3 * envelopeByteLength - 1 });
      expect(positionsOf(short)).toEqual([1, 2]);
      expect(short).toMatchObject({ toPosition: 2, isEnd: false });
    });

    test("an envelope beyond the limit comes alone, wherever it stands", async () => {
      await grow(store, [
        { ...first, envelopes: [{}, { bodyByteLength: 9_000 }, { bodyByteLength: 9_000 }, {}] },
      ]);
      const pages = await readToEnd(store, { ...everything, byteLengthMax: 2_000 });
      expect(pages.map(positionsOf)).toEqual([[1], [2], [3], [4]]);
      const tiny = await readToEnd(store, { ...everything, byteLengthMax: 0 });
      expect(tiny.map(positionsOf)).toEqual([[1], [2], [3], [4]]);
    });

    test("where no bodies are wanted none come, and none are counted", async () => {
      await storeTen({ bodyByteLength: 9_000 });
      const page = await store.page({
        ...everything,
        wantsBodies: false,
        byteLengthMax: 4 * 236,
      });
      expect(positionsOf(page)).toEqual([1, 2, 3, 4]);
      expect(page.envelopes.every(({ body }) => body === undefined)).toBe(true);
      expect(page.envelopes[0]?.bodyByteLength).toBe(9_000);
    });

    test("heads come without bodies that are missing or in the trash, which take no place", async () => {
      await grow(store, [
        { ...first, envelopes: [{}, { bodyByteLength: 9_000, hasBody: false }, {}, {}] },
      ]);
      await under.trash(vault, 3);
      const page = await store.page({ ...everything, byteLengthMax: 4 * 236 + 2 * 305 });
      expect(positionsOf(page)).toEqual([1, 2, 3, 4]);
      expect(page.envelopes.map(({ body }) => body?.length)).toEqual([
        305,
        undefined,
        undefined,
        305,
      ]);
      expect(page.isEnd).toBe(true);
    });

    test.each<[string, Readonly<Record<number, number>>, readonly number[]]>([
      ["behind on one chain", { 1: 6, 2: 1, 3: 1 }, [6, 7]],
      ["behind on all chains", { 1: 3, 2: 2 }, [4, 7, 8, 9, 10]],
      ["equal", { 1: 6, 2: 3, 3: 1 }, []],
      ["ahead", { 1: 60, 2: 3, 3: 2 }, []],
      ["ahead on one and behind on another", { 1: 60, 2: 3 }, [10]],
      ["of chains that are not known", { 8: 2, 9: 7 }, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]],
      ["without one chain", { 2: 3, 3: 1 }, [1, 2, 3, 4, 8, 9]],
    ])("a reader whose vector is %s gets what it lacks", async (_, seqs, lacking) => {
      await storeTen();
      for (const limits of [{}, { envelopeCountMax: 1 }, { envelopeCountMax: 3 }]) {
        const pages = await readToEnd(store, { ...everything, ...limits, vector: marksOf(seqs) });
        expect(pages.flatMap(positionsOf)).toEqual(lacking);
        expect(pages.at(-1)?.toPosition).toBe(10);
      }
    });

    test("a reader with all but the last of a long vault gets that in its first page", async () => {
      await grow(store, [{ ...first, envelopes: envelopes(1_500) }]);
      const ask = { ...everything, envelopeCountMax: 10, vector: marksOf({ 1: 1_499 }) };
      expect(positionsOf(await store.page(ask))).toEqual([1_500]);
      expect(positionsOf(await store.page({ ...ask, afterPosition: 1 }))).toEqual([1_500]);
    });

    test("a page never skips what an append stores while it is read", async () => {
      const [, other] = under.nodes;
      let isDone = false;
      const appends = (async () => {
        for (let round = 0; round < 40; round++)
          await Promise.all([
            grow(other, [{ ...first, envelopes: envelopes(2) }]),
            grow(store, [{ ...second, envelopes: envelopes(1) }]),
          ]);
        isDone = true;
      })();
      const read: number[] = [];
      let afterPosition = 0;
      for (let wasDone = false; !wasDone;) {
        wasDone = isDone;
        const page = await store.page({ ...everything, afterPosition, envelopeCountMax: 7 });
        read.push(...positionsOf(page));
        afterPosition = page.toPosition;
        if (!page.isEnd) wasDone = false;
      }
      await appends;
      expect(read).toEqual(Array.from({ length: 120 }, (_, at) => at + 1));
    });

    test("a reader that pages to the end has exactly what it lacked, whatever the limits", async () => {
      const shape = fc.record({
        bodyByteLength: fc.integer({ min: 305, max: 3_000 }),
        hasBody: fc.boolean(),
      });
      const history = fc.array(
        fc.tuple(fc.integer({ min: 1, max: 4 }), fc.array(shape, { minLength: 1, maxLength: 6 })),
        { maxLength: 8 },
      );
      const asked = fc.record({
        vector: fc.uniqueArray(
          fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 20 })),
          { selector: ([chain]) => chain, maxLength: 5 },
        ),
        afterPosition: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 30 })),
        wantsBodies: fc.boolean(),
        envelopeCountMax: fc.integer({ min: 1, max: 12 }),
        byteLengthMax: fc.integer({ min: 1, max: 9_000 }),
      });
      await fc.assert(
        fc.asyncProperty(history, fc.array(fc.nat()), asked, async (runs, trashed, ask) => {
          number += 1;
          const own = vaultOf(number);
          await under.foundVault(own, userOf(1));
          const growths = runs.map(([chain, shapes]): Growth => ({
            vault: own,
            chain: chainOf(chain),
            envelopes: shapes,
          }));
          if (growths.length > 0) await grow(store, growths);
          const stored = await storedBy(growths, trashed, (at) => under.trash(own, at));
          const vector = marksOf(Object.fromEntries(ask.vector)).toSorted((left, right) =>
            left.chain < right.chain ? -1 : 1,
          );
          const pages = await readToEnd(store, { ...everything, ...ask, vault: own, vector });
          const has = new Map(vector.map(({ chain, seq }) => [chain, seq]));
          const lacking = stored
            .filter(({ position }) => position > ask.afterPosition)
            .filter(({ chain, seq }) => seq > (has.get(chain) ?? 0))
            .map((envelope) => (ask.wantsBodies ? envelope : withoutBody(envelope)));
          expect(pages.flatMap((page) => page.envelopes)).toEqual(lacking);
          expect(pages.at(-1)?.toPosition).toBe(stored.length);
          for (const { envelopes: page } of pages) {
            expect(page.length).toBeLessThanOrEqual(ask.envelopeCountMax);
            const isWithin = page.length <= 1 || byteLengthOf(page) <= ask.byteLengthMax;
            expect(isWithin).toBe(true);
          }
        }),
        { numRuns: 150 },
      );
    });
  });
};

/** The model: envelopes in the order of the growths, some of whose bodies went into the trash. */
const storedBy = async (
  growths: readonly Growth[],
  trashed: readonly number[],
  trash: (position: number) => Promise<void>,
): Promise<readonly PlacedEnvelope[]> => {
  const seqs = new Map<string, number>();
  const stored: PlacedEnvelope[] = [];
  for (const growth of growths)
    for (const shape of growth.envelopes) {
      const seq = (seqs.get(growth.chain) ?? 0) + 1;
      seqs.set(growth.chain, seq);
      const position = stored.length + 1;
      stored.push(placedOf(growth, seq, position, shape));
    }
  for (const number of trashed) {
    const at = number % Math.max(stored.length, 1);
    const envelope = stored[at];
    if (envelope === undefined) continue;
    await trash(envelope.position);
    stored[at] = withoutBody(envelope);
  }
  return stored;
};
