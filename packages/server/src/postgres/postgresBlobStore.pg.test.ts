import { asSignature } from "@duro/crypto/types";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type BlobSample, blobSample } from "../testing/blobSamples.ts";
import { blobStoreContract, type BlobStores } from "../testing/blobStore.contract.ts";
import { openPostgresBlobStores } from "../testing/postgresBlobStores.ts";
import { deviceOf, foundVault, registerAll, vaultOf } from "../testing/storeSamples.ts";
import type { TestDatabase } from "../testing/testDatabase.ts";
import type { BlobStore } from "../ports/blobStore.ts";
import { createPostgresBlobStore } from "./postgresBlobStore.ts";
import { connectSql } from "./sql.ts";

blobStoreContract("Postgres", openPostgresBlobStores);

const anyRoom = () => true;
const proof = { device: deviceOf(1), saidAtMs: 5, signature: asSignature(new Uint8Array(64)) };

/** Numbers from 0 that repeat from a seed, below a limit that each call names. */
const numbersFrom = (seed: number): ((limit: number) => number) => {
  let state = seed;
  return (limit) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
};

describe("blobs in Postgres", () => {
  let stores: BlobStores & TestDatabase;

  beforeEach(async () => {
    stores = await openPostgresBlobStores();
    await registerAll(stores, [1]);
    await foundVault(stores, 1, 1);
    await foundVault(stores, 2, 1);
  });
  afterEach(() => stores.close());

  const announce = ({ blobStore }: Pick<BlobStores, "blobStore">, sample: BlobSample, nowMs = 1) =>
    blobStore.announce({ ...sample, uploader: deviceOf(1), nowMs }, anyRoom);

  /** What the counters say and the rows do not. */
  const contradictions = async (): Promise<readonly unknown[]> => [
    ...(await stores.sql`
      select 'missing count' as what from blobs b
      where missing_count <> chunk_count - (
        select count(*) from blob_chunks c
        where c.vault_id = b.vault_id and c.blob_id = b.blob_id
      )`),
    ...(await stores.sql`
      select 'chunk without blob' as what from blob_chunks c
      where not exists (
        select from blobs b where c.vault_id = b.vault_id and c.blob_id = b.blob_id
      )`),
    ...(await stores.sql`
      select 'used bytes' as what from vaults v
      where used_byte_length <> (
        select coalesce(sum(byte_length), 0) from blobs b where b.vault_id = v.vault_id
      )`),
  ];

  test.each([1, 2, 3])(
    "whatever is done at once, nobody waits for each other in a circle and counts fit, seed %i",
    async (seed) => {
      const { blobStore } = stores;
      const next = numbersFrom(seed);
      const samples = [1, 2, 3, 4].map((number) =>
        blobSample(vaultOf((number % 2) + 1), { number, chunkByteLength: () => 3_000 }),
      );
      let nowMs = 1_000;
      const doSomething = async (): Promise<unknown> => {
        nowMs += 1;
        const sample = samples[next(samples.length)];
        if (sample === undefined) return undefined;
        const index = next(3);
        const bytes = sample.chunks[index] ?? new Uint8Array();
        switch (next(8)) {
          case 0:
          case 1:
            return announce(stores, sample, nowMs);
          case 2:
            return blobStore.drop(sample, proof, nowMs);
          case 3:
            return blobStore.removeDropped(nowMs, 1 + next(4));
          case 4:
            return blobStore.removeUnfinished(nowMs, 1 + next(4));
          default:
            return blobStore.putChunk(sample, { index, bytes }, nowMs);
        }
      };
      const worker = async (): Promise<void> => {
        for (let count = 0; count < 60; count++) await doSomething();
      };
      await Promise.all(Array.from({ length: 8 }, worker));
      expect(await contradictions()).toEqual([]);
    },
  );

  test("a node that dies in the middle of a chunk leaves nothing of it, and the upload goes on", async () => {
    const sample = blobSample(vaultOf(1), { chunkByteLength: () => 500_000 });
    const put = (store: BlobStore, index: number) =>
      store.putChunk(sample, { index, bytes: sample.chunks[index] ?? new Uint8Array() }, 2);
    await announce(stores, sample);
    await put(stores.blobStore, 0);
    const dying = connectSql({ kind: "url", url: stores.url }, { connectionCountMax: 2 });
    const waiting = await stores.sql.begin(async (tx) => {
      // Chunks are written, then wait to be counted.
      await tx`select from blobs for no key update`;
      const puts = Promise.allSettled(
        [1, 2].map((index) => put(createPostgresBlobStore(dying), index)),
      );
      const waitingBackends = () => stores.sql<{ pid: number }[]>`
        select pid from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock'`;
      // Both, or ending the one would let nobody wait for the other.
      await expect.poll(waitingBackends, { timeout: 30_000 }).toHaveLength(2);
      for (const { pid } of await waitingBackends())
        await stores.sql`select pg_terminate_backend(${pid})`;
      return { puts };
    });
    expect((await waiting.puts).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    await dying.end({ timeout: 1 });
    expect(await contradictions()).toEqual([]);
    expect(await stores.blobStore.missing(sample)).toEqual([1, 2]);
    for (const index of [1, 2]) await put(stores.blobStore, index);
    expect(await stores.blobStore.blob(sample)).toMatchObject({ missingCount: 0 });
  });

  test("whose wish a drop was stays beside the blob until it is announced again", async () => {
    const sample = blobSample(vaultOf(1), { chunkCount: 1 });
    const kept = async () =>
      stores.sql`select dropped_by, drop_said_at_ms, drop_signature from blobs`;
    await announce(stores, sample);
    await stores.blobStore.drop(sample, proof, 9);
    await stores.blobStore.drop(sample, { ...proof, saidAtMs: 6 }, 10);
    const signature = Buffer.from(proof.signature);
    expect([...(await kept())]).toEqual([
      { dropped_by: deviceOf(1), drop_said_at_ms: 5, drop_signature: signature },
    ]);
    await announce(stores, sample);
    expect([...(await kept())]).toEqual([
      { dropped_by: null, drop_said_at_ms: null, drop_signature: null },
    ]);
  });

  test("every place for chunks and hashes is stored so that a section can be read alone", async () => {
    const columns = await stores.sql<{ storage: string }[]>`
      select attstorage as storage from pg_attribute a join pg_class c on c.oid = a.attrelid
      where (relname ~ '^blob_chunks_[0-9]+$' and attname = 'bytes')
        or (relname = 'blobs' and attname = 'chunk_hashes')`;
    expect(columns).toHaveLength(17);
    expect(columns.filter(({ storage }) => storage !== "e")).toEqual([]);
  });
});
