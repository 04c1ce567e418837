/** What every adapter of BlobStore promises. */
import { asSignature } from "@duro/crypto/types";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { BlobStore, DropProof, NewBlob, PayerUsage } from "../ports/blobStore.ts";
import { type BlobSample, blobSample, type BlobSampleOptions } from "./blobSamples.ts";
import { deviceOf, foundVault, registerAll, type Stores, userOf, vaultOf } from "./storeSamples.ts";

export interface BlobStores extends Stores {
  readonly blobStore: BlobStore;
}

const unknown = { ok: false, error: { type: "BlobUnknown" } };
const done = { ok: true, value: undefined };
const anyRoom = () => true;
const noRoom = () => false;
const vault = vaultOf(1);
const otherVault = vaultOf(2);

const sampleOf = (options: BlobSampleOptions = {}, of = vault): BlobSample =>
  blobSample(of, { chunkByteLength: () => 600, ...options });

const newBlob = (sample: BlobSample, nowMs = 1_000): NewBlob => ({
  ...sample,
  uploader: deviceOf(1),
  nowMs,
});

const proofBy = (device: number): DropProof => ({
  device: deviceOf(device),
  saidAtMs: 900,
  signature: asSignature(new Uint8Array(64).fill(device)),
});

export const blobStoreContract = (adapter: string, open: () => Promise<BlobStores>): void => {
  describe(`BlobStore contract, ${adapter}`, () => {
    let stores: BlobStores;
    let store: BlobStore;

    beforeEach(async () => {
      stores = await open();
      store = stores.blobStore;
      await registerAll(stores, [1, 2]);
      await foundVault(stores, 1, 1);
      await foundVault(stores, 2, 1);
      await foundVault(stores, 3, 2);
    });
    afterEach(() => stores.close());

    const usedBy = async (user: number) =>
      (await stores.accountStore.usage(userOf(user)))?.usedByteLength;

    const announce = (sample: BlobSample, nowMs?: number) =>
      store.announce(newBlob(sample, nowMs), anyRoom);

    const put = (sample: BlobSample, index: number, nowMs = 1_000) =>
      store.putChunk(
        sample,
        { index, bytes: sample.chunks[index] ?? new Uint8Array([index]) },
        nowMs,
      );

    const putAll = async (sample: BlobSample, nowMs?: number): Promise<void> => {
      await announce(sample, nowMs);
      for (const index of sample.chunks.keys()) await put(sample, index, nowMs);
    };

    describe("announcing", () => {
      test("a new blob misses every chunk, and its bytes count at once", async () => {
        const sample = sampleOf();
        const { vault: of, blob, header } = sample;
        const stored = { vault: of, blob, header, uploader: deviceOf(1), isDropped: false };
        const status = { ...stored, missingCount: 3 };
        expect(await announce(sample)).toEqual({ ok: true, value: status });
        expect(await store.blob(sample)).toEqual(status);
        expect(await store.missing(sample)).toEqual([0, 1, 2]);
        expect(await usedBy(1)).toBe(sample.byteLength);
      });

      test("a blob that is there answers with its status, counts once and keeps its uploader", async () => {
        const sample = sampleOf();
        await announce(sample);
        await put(sample, 1);
        const again = { ...newBlob(sample), uploader: deviceOf(2) };
        expect(await store.announce(again, noRoom)).toMatchObject({
          ok: true,
          value: { uploader: deviceOf(1), missingCount: 2 },
        });
        expect(await usedBy(1)).toBe(sample.byteLength);
      });

      test("eight times at once counts once", async () => {
        const sample = sampleOf();
        const all = await Promise.all(Array.from({ length: 8 }, () => announce(sample)));
        expect(all.filter(({ ok }) => ok)).toHaveLength(8);
        expect(await usedBy(1)).toBe(sample.byteLength);
      });

      test("in a vault that does not exist is refused", async () => {
        const sample = sampleOf({}, vaultOf(9));
        expect(await announce(sample)).toEqual({ ok: false, error: { type: "VaultUnknown" } });
        expect(await store.blob(sample)).toBeUndefined();
      });

      test("without room nothing is kept and nothing counts", async () => {
        await announce(sampleOf({ number: 2 }));
        await announce(sampleOf({ number: 3 }, otherVault));
        await announce(sampleOf({ number: 4 }, vaultOf(3)));
        await stores.accountStore.setQuota(userOf(1), 7);
        const sample = sampleOf();
        const usage: PayerUsage = { usedByteLength: 2 * sample.byteLength, quotaByteLength: 7 };
        expect(await store.announce(newBlob(sample), noRoom)).toEqual({
          ok: false,
          error: { type: "NoRoom", usage },
        });
        expect(await store.blob(sample)).toBeUndefined();
        expect(await usedBy(1)).toBe(usage.usedByteLength);
      });

      test("in two vaults of one payer at once cannot use the same room twice", async () => {
        const samples = Array.from({ length: 8 }, (_, number) =>
          sampleOf({ number }, number % 2 === 0 ? vault : otherVault),
        );
        const roomFor3 = 3 * sampleOf().byteLength;
        const all = await Promise.all(
          samples.map((sample) =>
            store.announce(
              newBlob(sample),
              (usage) => usage.usedByteLength + sample.byteLength <= roomFor3,
            ),
          ),
        );
        expect(all.filter(({ ok }) => ok)).toHaveLength(3);
        expect(await usedBy(1)).toBe(roomFor3);
      });
    });

    describe("chunks", () => {
      test("are missing until they come, in any order, and the last makes the blob whole", async () => {
        const sample = sampleOf();
        await announce(sample);
        expect(await put(sample, 2)).toEqual(done);
        expect(await store.missing(sample)).toEqual([0, 1]);
        await put(sample, 0);
        expect(await store.blob(sample)).toMatchObject({ missingCount: 1 });
        await put(sample, 1);
        expect(await store.blob(sample)).toMatchObject({ missingCount: 0 });
        expect(await store.missing(sample)).toEqual([]);
        expect(await usedBy(1)).toBe(sample.byteLength);
      });

      test("read back as they came, whole or a section", async () => {
        const sample = sampleOf();
        await putAll(sample);
        for (const [index, bytes] of sample.chunks.entries())
          expect(new Uint8Array((await store.readChunk(sample, index)) ?? [])).toEqual(bytes);
        const section = await store.readChunk(sample, 1, { start: 255, end: 258 });
        expect(new Uint8Array(section ?? [])).toEqual(sample.chunks[1]?.slice(255, 258));
        const last = await store.readChunk(sample, 2, { start: 599, end: 600 });
        expect(new Uint8Array(last ?? [])).toEqual(sample.chunks[2]?.slice(599));
      });

      test("have a place that says what was announced and what is there", async () => {
        const sample = sampleOf();
        await announce(sample);
        await put(sample, 1);
        for (const index of [0, 1, 2]) {
          const place = await store.place(sample, index);
          expect(place).toMatchObject({
            header: sample.header,
            isDropped: false,
            isStored: index === 1,
          });
          expect(new Uint8Array(place?.hash ?? [])).toEqual(
            sample.chunkHashes.slice(index * 32, index * 32 + 32),
          );
        }
        expect(await store.place(sample, 3)).toMatchObject({ hash: undefined, isStored: false });
        expect(await store.place(sample, 99_999)).toMatchObject({ hash: undefined });
      });

      test("that are not there read as nothing", async () => {
        const sample = sampleOf();
        await announce(sample);
        expect(await store.readChunk(sample, 0)).toBeUndefined();
        expect(await store.readChunk(sample, 3)).toBeUndefined();
        expect(await store.readChunk(sampleOf({ number: 2 }), 0)).toBeUndefined();
      });

      test("stay as they are when others come for their place", async () => {
        const sample = sampleOf();
        await announce(sample);
        await put(sample, 0);
        const other = { index: 0, bytes: new Uint8Array([1]) };
        expect(await store.putChunk(sample, other, 1_000)).toEqual(done);
        expect(await store.readChunk(sample, 0)).toHaveLength(600);
        expect(await store.blob(sample)).toMatchObject({ missingCount: 2 });
      });

      test("that come eight times at once count once", async () => {
        const sample = sampleOf();
        await announce(sample);
        const all = await Promise.all(Array.from({ length: 8 }, () => put(sample, 1)));
        expect(all).toEqual(Array.from({ length: 8 }, () => done));
        expect(await store.blob(sample)).toMatchObject({ missingCount: 2 });
        expect(await store.missing(sample)).toEqual([0, 2]);
      });

      test("that all come at once make the blob whole", async () => {
        const sample = sampleOf({ chunkCount: 5 });
        await announce(sample);
        await Promise.all([...sample.chunks.keys()].map((index) => put(sample, index)));
        expect(await store.blob(sample)).toMatchObject({ missingCount: 0 });
      });

      test("find no place behind the last, in no blob and in no other vault", async () => {
        const sample = sampleOf();
        await announce(sample);
        expect(await put(sample, 3)).toEqual(unknown);
        expect(await put(sampleOf({ number: 2 }), 0)).toEqual(unknown);
        expect(await put({ ...sample, vault: otherVault }, 0)).toEqual(unknown);
        expect(await store.blob({ ...sample, vault: otherVault })).toBeUndefined();
        expect(await store.place({ ...sample, vault: otherVault }, 0)).toBeUndefined();
        expect(await store.missing({ ...sample, vault: otherVault })).toEqual([]);
        expect(await store.missing(sample)).toEqual([0, 1, 2]);
      });
    });

    describe("a drop", () => {
      test("shows, keeps the bytes, and lets no chunk in", async () => {
        const sample = sampleOf();
        await announce(sample);
        await put(sample, 0);
        expect(await store.drop(sample, proofBy(1), 2_000)).toBe(true);
        expect(await store.blob(sample)).toMatchObject({ isDropped: true, missingCount: 2 });
        expect(await store.place(sample, 0)).toMatchObject({ isDropped: true, isStored: true });
        expect(await put(sample, 1)).toEqual(unknown);
        expect(await usedBy(1)).toBe(sample.byteLength);
      });

      test("of a blob that is not there changes nothing", async () => {
        expect(await store.drop(sampleOf(), proofBy(1), 2_000)).toBe(false);
      });

      test("is taken back by announcing again, with all that is there", async () => {
        const sample = sampleOf();
        await putAll(sample);
        await store.drop(sample, proofBy(1), 2_000);
        expect(await announce(sample, 3_000)).toMatchObject({
          ok: true,
          value: { isDropped: false, missingCount: 0 },
        });
        expect(await store.removeDropped(9_000, 100)).toMatchObject({ blobCount: 0 });
        expect(await store.readChunk(sample, 2)).toHaveLength(600);
      });

      test("that comes twice counts from the first", async () => {
        const sample = sampleOf();
        await announce(sample);
        await store.drop(sample, proofBy(1), 2_000);
        expect(await store.drop(sample, proofBy(2), 5_000)).toBe(true);
        expect(await store.removeDropped(3_000, 100)).toMatchObject({ blobCount: 1 });
      });
    });

    describe("removing", () => {
      test("takes those dropped before then, and gives their bytes back", async () => {
        const early = sampleOf({ number: 1 });
        const late = sampleOf({ number: 2 });
        const kept = sampleOf({ number: 3 });
        for (const sample of [early, late, kept]) await putAll(sample);
        await store.drop(early, proofBy(1), 2_000);
        await store.drop(late, proofBy(1), 3_000);
        expect(await store.removeDropped(3_000, 100)).toEqual({
          blobCount: 1,
          chunkCount: 3,
          byteLength: early.byteLength,
          isMore: false,
        });
        expect(await store.blob(early)).toBeUndefined();
        expect(await store.readChunk(early, 0)).toBeUndefined();
        expect(await store.blob(late)).toMatchObject({ missingCount: 0 });
        expect(await store.blob(kept)).toMatchObject({ missingCount: 0 });
        expect(await usedBy(1)).toBe(2 * early.byteLength);
      });

      test("takes the unfinished that nobody touched since, and no whole or dropped ones", async () => {
        const idle = sampleOf({ number: 1 });
        const announced = sampleOf({ number: 2 });
        const filled = sampleOf({ number: 3 });
        const whole = sampleOf({ number: 4 });
        const dropped = sampleOf({ number: 5 });
        for (const sample of [idle, announced, filled, dropped]) await announce(sample, 1_000);
        await putAll(whole, 1_000);
        await put(idle, 0, 1_500);
        await announce(announced, 3_000);
        await put(filled, 0, 3_000);
        await store.drop(dropped, proofBy(1), 1_500);
        expect(await store.removeUnfinished(2_000, 100)).toMatchObject({
          blobCount: 1,
          chunkCount: 1,
        });
        expect(await store.blob(idle)).toBeUndefined();
        for (const sample of [announced, filled, whole, dropped])
          expect(await store.blob(sample)).toBeDefined();
        expect(await usedBy(1)).toBe(4 * idle.byteLength);
      });

      test("stops at its limit, and a blob it began with can be announced and filled up again", async () => {
        const sample = sampleOf({ chunkCount: 5 });
        await putAll(sample);
        await store.drop(sample, proofBy(1), 2_000);
        expect(await store.removeDropped(3_000, 2)).toEqual({
          blobCount: 0,
          chunkCount: 2,
          byteLength: 0,
          isMore: true,
        });
        expect(await announce(sample)).toMatchObject({ ok: true, value: { missingCount: 2 } });
        const missing = await store.missing(sample);
        expect(missing).toHaveLength(2);
        for (const index of missing) await put(sample, index);
        expect(await store.blob(sample)).toMatchObject({ missingCount: 0 });
        expect(await usedBy(1)).toBe(sample.byteLength);
      });

      test("goes on where it stopped until nothing is left", async () => {
        const samples = [1, 2, 3].map((number) => sampleOf({ number }));
        for (const sample of samples) {
          await putAll(sample);
          await store.drop(sample, proofBy(1), 2_000);
        }
        let rounds = 0;
        let chunkCount = 0;
        for (let isMore = true; isMore; rounds++) {
          const removed = await store.removeDropped(3_000, 2);
          expect(removed.chunkCount).toBeLessThanOrEqual(2);
          chunkCount += removed.chunkCount;
          isMore = removed.isMore;
        }
        expect(chunkCount).toBe(9);
        expect(rounds).toBeLessThanOrEqual(8);
        expect(await usedBy(1)).toBe(0);
      });

      test("bounds blobs that have no chunk, too", async () => {
        for (const number of [1, 2, 3]) await announce(sampleOf({ number }));
        expect(await store.removeUnfinished(2_000, 2)).toMatchObject({
          blobCount: 2,
          isMore: true,
        });
      });

      test("twice at once gives the bytes back once", async () => {
        const samples = [1, 2, 3, 4].map((number) => sampleOf({ number }));
        for (const sample of samples) {
          await putAll(sample);
          await store.drop(sample, proofBy(1), 2_000);
        }
        const both = await Promise.all([1, 2].map(() => store.removeDropped(3_000, 100)));
        expect(both.reduce((sum, { blobCount }) => sum + blobCount, 0)).toBe(4);
        expect(await usedBy(1)).toBe(0);
      });

      test("leaves room for the same blob anew", async () => {
        const sample = sampleOf();
        await putAll(sample);
        await store.drop(sample, proofBy(1), 2_000);
        await store.removeDropped(3_000, 100);
        expect(await announce(sample)).toMatchObject({ ok: true, value: { missingCount: 3 } });
        expect(await usedBy(1)).toBe(sample.byteLength);
      });
    });

    describe("a token", () => {
      const hash = new Uint8Array(32).fill(7);
      const token = {
        vault,
        blob: sampleOf().blob,
        isWrite: true,
        device: deviceOf(1),
        expiresAtMs: 2_000,
      };

      test("is found by its hash until its time", async () => {
        await store.createToken({ hash, ...token });
        expect(await store.token(hash, 1_999)).toEqual(token);
        expect(await store.token(hash, 2_000)).toBeUndefined();
      });

      test("may be for any blob of a vault", async () => {
        const forAny = { ...token, blob: undefined, isWrite: false };
        await store.createToken({ hash, ...forAny });
        expect(await store.token(hash, 0)).toEqual(forAny);
      });

      test("is not found by another hash", async () => {
        await store.createToken({ hash, ...token });
        expect(await store.token(new Uint8Array(32).fill(8), 0)).toBeUndefined();
      });
    });
  });
};
