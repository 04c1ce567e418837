import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { blobSample, longestBlob } from "../testing/blobSamples.ts";
import { type BlobService, openBlobService } from "../testing/blobService.ts";
import { openPostgresBlobStores } from "../testing/postgresBlobStores.ts";
import { userOf, vaultOf } from "../testing/storeSamples.ts";

const sample = blobSample(vaultOf(1));

describe("blobs over HTTP, kept in Postgres", () => {
  let service: BlobService;

  beforeEach(async () => {
    service = await openBlobService(openPostgresBlobStores);
  });
  afterEach(() => service.close());

  const putAll = (indexes: readonly number[]) =>
    Promise.all(
      indexes.map(async (index) => {
        const bytes = sample.chunks[index] ?? new Uint8Array();
        return (await service.put(sample, index, bytes)).statusCode;
      }),
    );

  test("a chunk sent eight times at once is stored and counted once", async () => {
    await service.announce(sample);
    const same = Array.from({ length: 8 }, () => 1);
    expect(await putAll(same)).toEqual(same.map(() => 204));
    expect((await service.status(sample)).json()).toMatchObject({ missing: [0, 2] });
    const usage = await service.stores.accountStore.usage(userOf(1));
    expect(usage?.usedByteLength).toBe(sample.byteLength);
  });

  test("the last chunks at once, twice each, make it whole, and it reads back in sections", async () => {
    await service.announce(sample);
    expect(await putAll([0, 1, 2, 2, 1, 0])).toEqual(Array.from({ length: 6 }, () => 204));
    expect((await service.probe(sample)).statusCode).toBe(200);
    for (const [index, bytes] of sample.chunks.entries()) {
      const whole = await service.get(sample, index);
      expect(whole.rawPayload.equals(Buffer.from(bytes))).toBe(true);
      const section = await service.get(sample, index, { range: "bytes=30000-30099" });
      expect(section.statusCode).toBe(206);
      expect(section.rawPayload).toEqual(Buffer.from(bytes.subarray(30_000, 30_100)));
      const end = await service.get(sample, index, { range: "bytes=-1" });
      expect(end.rawPayload).toEqual(Buffer.from(bytes.subarray(-1)));
    }
  });

  test("the longest blob is announced, and all of its chunks are missing", async () => {
    const longest = longestBlob();
    const answer = await service.announce(longest);
    expect(answer.statusCode).toBe(200);
    expect(answer.json<{ missing: number[] }>().missing).toEqual(
      Array.from({ length: longest.header.chunkCount }, (_, index) => index),
    );
  });
});
