import { openBlob, sealBlob } from "@duro/crypto";
import { createPerson, createVault } from "@duro/crypto/testing/people";
import { seededRandomBytes } from "@duro/crypto/testing/seededRandomBytes";
import { asSignature, bytesToHex, concatBytes, encodeBlobHeader } from "@duro/crypto/types";
import { chunkHashOf } from "@duro/crypto/verify";
import { bytesToBase64url, refusalBody, routes } from "@duro/protocol";
import { Value } from "typebox/value";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type BlobSample, blobSample, longestBlob } from "../testing/blobSamples.ts";
import { type BlobService, nowMs, openBlobService } from "../testing/blobService.ts";
import {
  accessOf,
  deviceOf,
  registerAll,
  userOf,
  vaultOf,
  vaultRecordOf,
} from "../testing/storeSamples.ts";

type Answer = Awaited<ReturnType<BlobService["status"]>>;

const vault = vaultOf(1);
const sample = blobSample(vault);
const chunkOf = (of: BlobSample, index: number): Uint8Array => of.chunks[index] ?? new Uint8Array();
const proof = { device: deviceOf(1), saidAtMs: 5, signature: asSignature(new Uint8Array(64)) };

/** Name and facts of a refusal, which is held against its schema. */
const refusalIn = (answer: Answer): readonly unknown[] => {
  const body: unknown = answer.json();
  expect(Value.Check(refusalBody, body)).toBe(true);
  expect(answer.headers["cache-control"]).toBe("no-store");
  const { refusal, facts } = Value.Parse(refusalBody, body);
  return [answer.statusCode, refusal, facts];
};

describe("blobs over HTTP", () => {
  let service: BlobService;

  beforeEach(async () => {
    service = await openBlobService();
  });
  afterEach(() => service.close());

  const store = () => service.stores.blobStore;
  const missing = () => store().missing(sample);
  const usedByteLength = async () =>
    (await service.stores.accountStore.usage(userOf(1)))?.usedByteLength;

  test("carry what was sealed to whoever has the key", async () => {
    const deps = { randomBytes: seededRandomBytes("blob") };
    const sealing = createVault(deps, createPerson(deps));
    const { vault: id } = sealing.state;
    await registerAll(service.stores, [3]);
    await service.stores.logStore.appendVault(
      id,
      vaultRecordOf(9, 0, [userOf(3)]),
      accessOf({ 3: 4 }),
      { payer: userOf(3), nowMs: 1 },
    );
    const content = seededRandomBytes("content")(1_100_000);
    const { ref, chunks } = sealBlob(deps, sealing.key, content);
    const announcement = {
      header: bytesToBase64url(encodeBlobHeader(ref.header)),
      chunkHashes: bytesToBase64url(concatBytes(...chunks.map(chunkHashOf))),
    };
    const name = { vault: id, blob: ref.id };
    expect((await service.announce({ ...name, announcement })).statusCode).toBe(200);
    for (const [index, bytes] of chunks.entries())
      expect((await service.put(name, index, bytes)).statusCode).toBe(204);
    expect((await service.probe(name)).statusCode).toBe(200);
    const got: Uint8Array[] = [];
    for (const index of chunks.keys())
      got.push(new Uint8Array((await service.get(name, index)).rawPayload));
    expect(openBlob(sealing.key, ref, got)).toEqual({ ok: true, value: content });
  });

  describe("announcing", () => {
    test("answers with the header and every chunk as missing, and again with what is left", async () => {
      const answer = await service.announce(sample);
      expect(answer.statusCode).toBe(200);
      const status: unknown = answer.json();
      expect(status).toEqual({ header: sample.announcement.header, missing: [0, 1, 2] });
      expect(Value.Check(routes.announceBlob.response[200], status)).toBe(true);
      await service.put(sample, 1, chunkOf(sample, 1));
      expect((await service.announce(sample)).json()).toMatchObject({ missing: [0, 2] });
      await service.put(sample, 0, chunkOf(sample, 0));
      await service.put(sample, 2, chunkOf(sample, 2));
      expect((await service.announce(sample)).json()).toMatchObject({ missing: [] });
      expect(await usedByteLength()).toBe(sample.byteLength);
    });

    test("makes the device of the token the uploader", async () => {
      await service.announce(sample);
      expect(await store().blob(sample)).toMatchObject({ uploader: deviceOf(1) });
    });

    test("takes the longest blob, and says all of its chunks as missing", async () => {
      const longest = longestBlob();
      const answer = await service.announce(longest);
      expect(answer.statusCode).toBe(200);
      expect(Value.Check(routes.announceBlob.response[200], answer.json())).toBe(true);
      expect(answer.json<{ missing: number[] }>().missing).toHaveLength(longest.header.chunkCount);
    });

    test.each([
      ["of another vault's header", blobSample(vaultOf(2)).announcement, { what: "vault" }],
      [
        "of another blob's hashes",
        {
          ...sample.announcement,
          chunkHashes: blobSample(vault, { number: 2 }).announcement.chunkHashes,
        },
        { what: "blob id" },
      ],
      ["of another blob", blobSample(vault, { number: 2 }).announcement, { what: "blob id" }],
      [
        "with one hash too few",
        {
          ...sample.announcement,
          chunkHashes: bytesToBase64url(sample.chunkHashes.subarray(0, 64)),
        },
        { what: "chunk count" },
      ],
    ])("%s is BlobMismatch, before and after the right one", async (_, announcement, facts) => {
      const wrong = { ...sample, announcement };
      expect(refusalIn(await service.announce(wrong))).toEqual([422, "BlobMismatch", facts]);
      expect(await store().blob(sample)).toBeUndefined();
      await service.announce(sample);
      expect(refusalIn(await service.announce(wrong))).toEqual([422, "BlobMismatch", facts]);
      expect(await missing()).toEqual([0, 1, 2]);
      expect(await usedByteLength()).toBe(sample.byteLength);
    });

    test.each<readonly [string, object]>([
      ["without hashes", { header: sample.announcement.header }],
      ["with a field too many", { ...sample.announcement, extra: 1 }],
      ["with a header that is a number", { ...sample.announcement, header: 1 }],
      ["with a short header", { ...sample.announcement, header: "AAAA" }],
      ["with a header of nothing known", { ...sample.announcement, header: "_".repeat(88) }],
      ["with hashes that are no text", { ...sample.announcement, chunkHashes: ["A"] }],
      ["with hashes of another alphabet", { ...sample.announcement, chunkHashes: "+".repeat(128) }],
      ["of 16,384 chunks, which is no length", longestBlob({ chunkCount: 16_384 }).announcement],
    ])("%s is refused", async (_, announcement) => {
      const url = `/v1/vaults/${vault}/blobs/${sample.blob}`;
      const headers = {
        authorization: await service.authorize({ vault, action: 2 }),
        "content-type": "application/json",
      };
      const answer = await service.http.inject({
        method: "PUT",
        url,
        headers,
        payload: JSON.stringify(announcement),
      });
      expect([400, 426]).toContain(answer.statusCode);
      expect(["InvalidField", "VersionUnsupported"]).toContain(refusalIn(answer)[1]);
      expect(await store().blob(sample)).toBeUndefined();
    });

    test("in a vault that went since the token was given is NotFound", async () => {
      await service.stores.accountStore.remove(userOf(1));
      expect(refusalIn(await service.announce(sample))).toEqual([404, "NotFound", {}]);
    });
  });

  describe("what is there", () => {
    test("is told by GET and HEAD, from nothing to whole", async () => {
      expect(refusalIn(await service.status(sample))).toEqual([404, "NotFound", {}]);
      expect((await service.probe(sample)).statusCode).toBe(404);
      await service.announce(sample);
      await service.put(sample, 2, chunkOf(sample, 2));
      const status = await service.status(sample);
      expect(status.json()).toEqual({ header: sample.announcement.header, missing: [0, 1] });
      expect(status.headers["cache-control"]).toBe("no-store");
      expect((await service.probe(sample)).statusCode).toBe(409);
      await service.upload(sample);
      const probe = await service.probe(sample);
      expect([probe.statusCode, probe.rawPayload.length]).toEqual([200, 0]);
    });
  });

  describe("a dropped blob", () => {
    beforeEach(async () => {
      await service.upload(sample);
      await store().drop(sample, proof, nowMs);
    });

    test("is gone for whoever asks, and takes no chunk", async () => {
      expect(refusalIn(await service.status(sample))).toEqual([410, "BlobGone", {}]);
      expect(refusalIn(await service.get(sample, 0))).toEqual([410, "BlobGone", {}]);
      expect((await service.probe(sample)).statusCode).toBe(410);
      const put = await service.put(sample, 0, chunkOf(sample, 0));
      expect(refusalIn(put)).toEqual([404, "NotFound", {}]);
    });

    test("comes back whole when it is announced again", async () => {
      expect((await service.announce(sample)).json()).toMatchObject({ missing: [] });
      expect((await service.get(sample, 1)).rawPayload).toEqual(Buffer.from(chunkOf(sample, 1)));
    });

    test("is not found once its days in the trash are over", async () => {
      await store().removeDropped(nowMs + 1, 100);
      expect(refusalIn(await service.get(sample, 0))).toEqual([404, "NotFound", {}]);
    });
  });

  describe("a chunk", () => {
    beforeEach(async () => {
      await service.announce(sample);
    });

    test.each([-1, 1])(
      "that is %i byte longer is BlobMismatch, and nothing changes",
      async (more) => {
        const right = chunkOf(sample, 2);
        const wrong = new Uint8Array(right.length + more);
        wrong.set(right.subarray(0, wrong.length));
        const facts = {
          what: "chunk length",
          expected: `${right.length}`,
          got: `${wrong.length}`,
        };
        const answer = await service.put(sample, 2, wrong);
        expect(refusalIn(answer)).toEqual([422, "BlobMismatch", facts]);
        expect(await missing()).toEqual([0, 1, 2]);
      },
    );

    test("that is one byte beyond the largest is FrameTooLarge, and nothing changes", async () => {
      const wrong = new Uint8Array(524_289);
      wrong.set(chunkOf(sample, 0));
      expect(refusalIn(await service.put(sample, 0, wrong))).toEqual([413, "FrameTooLarge", {}]);
      expect(await missing()).toEqual([0, 1, 2]);
    });

    test("with one bit changed, in another's place, or empty is BlobMismatch", async () => {
      const flipped = chunkOf(sample, 0).slice();
      flipped[100] = (flipped[100] ?? 0) ^ 1;
      const hash = { what: "chunk hash", index: "0" };
      expect(refusalIn(await service.put(sample, 0, flipped))).toEqual([422, "BlobMismatch", hash]);
      const swapped = await service.put(sample, 0, chunkOf(sample, 1));
      expect(refusalIn(swapped)).toEqual([422, "BlobMismatch", hash]);
      expect((await service.put(sample, 0, new Uint8Array())).statusCode).toBe(422);
      expect(await missing()).toEqual([0, 1, 2]);
    });

    test.each([3, 4, 16_384, 99_999])("at index %i of three is NotFound", async (index) => {
      const answer = await service.put(sample, index, chunkOf(sample, 0));
      expect(refusalIn(answer)).toEqual([404, "NotFound", {}]);
      expect(refusalIn(await service.get(sample, index))).toEqual([404, "NotFound", {}]);
    });

    test.each(["00", "01", "1e3", "-1", "+1", "0x1", "1.0", "%20", "1%20", "100000", "NaN", "٣"])(
      "at an index spelled %j is InvalidField",
      async (index) => {
        const put = await service.put(sample, index, chunkOf(sample, 0));
        expect(refusalIn(put)).toEqual([400, "InvalidField", { path: "params" }]);
        expect(refusalIn(await service.get(sample, index))[1]).toBe("InvalidField");
        expect(await missing()).toEqual([0, 1, 2]);
      },
    );

    test("of a blob that was not announced is NotFound", async () => {
      const other = blobSample(vault, { number: 2 });
      const answer = await service.put(other, 0, chunkOf(other, 0));
      expect(refusalIn(answer)).toEqual([404, "NotFound", {}]);
    });

    test("sent again is fine, and sent again wrong is refused", async () => {
      expect((await service.put(sample, 0, chunkOf(sample, 0))).statusCode).toBe(204);
      expect((await service.put(sample, 0, chunkOf(sample, 0))).statusCode).toBe(204);
      expect((await service.put(sample, 0, chunkOf(sample, 1))).statusCode).toBe(422);
      expect((await service.get(sample, 0)).rawPayload).toEqual(Buffer.from(chunkOf(sample, 0)));
    });

    test("sent eight times at once is stored once", async () => {
      const all = await Promise.all(
        Array.from({ length: 8 }, () => service.put(sample, 1, chunkOf(sample, 1))),
      );
      expect(all.map(({ statusCode }) => statusCode)).toEqual(Array.from({ length: 8 }, () => 204));
      expect(await missing()).toEqual([0, 2]);
      expect(await usedByteLength()).toBe(sample.byteLength);
    });

    test.each([
      "text/plain",
      "application/json",
      "application/octet-stream; charset=utf-8",
      "application/octet-stream2",
      "multipart/form-data; boundary=x",
    ])("of type %j is UnsupportedMediaType", async (type) => {
      const answer = await service.http.inject({
        method: "PUT",
        url: `/v1/vaults/${vault}/blobs/${sample.blob}/chunks/0`,
        headers: {
          authorization: await service.authorize({ vault, action: 2 }),
          "content-type": type,
        },
        payload: Buffer.from(chunkOf(sample, 0)),
      });
      expect(refusalIn(answer).slice(0, 2)).toEqual([415, "UnsupportedMediaType"]);
      expect(await missing()).toEqual([0, 1, 2]);
    });
  });

  describe("reading a chunk", () => {
    beforeEach(() => service.upload(sample));

    const bytes = chunkOf(sample, 2);
    const etag = `"${bytesToHex(chunkHashOf(bytes))}"`;

    test("gives the whole of it, for that client to keep", async () => {
      const answer = await service.get(sample, 2);
      expect(answer.statusCode).toBe(200);
      expect(answer.rawPayload).toEqual(Buffer.from(bytes));
      expect(answer.headers).toMatchObject({
        "content-type": "application/octet-stream",
        "content-length": `${bytes.length}`,
        "cache-control": "private, max-age=31536000, immutable",
        "accept-ranges": "bytes",
        etag,
      });
      expect(answer.headers["content-range"]).toBeUndefined();
    });

    test.each([
      ["bytes=0-0", 0, 1],
      ["bytes=10-19", 10, 20],
      ["bytes=1000-", 1_000, bytes.length],
      ["bytes=-7", bytes.length - 7, bytes.length],
      [`bytes=5-${bytes.length + 9}`, 5, bytes.length],
    ])("gives the section %s", async (range, start, end) => {
      const answer = await service.get(sample, 2, { range });
      expect(answer.statusCode).toBe(206);
      expect(answer.rawPayload).toEqual(Buffer.from(bytes.subarray(start, end)));
      expect(answer.headers).toMatchObject({
        "content-range": `bytes ${start}-${end - 1}/${bytes.length}`,
        etag,
      });
    });

    test.each(["bytes=0-1,5-6", "bytes=9-8", "items=0-1", "bytes=a-b", ""])(
      "gives the whole for the range %j",
      async (range) => {
        const answer = await service.get(sample, 2, { range });
        expect([answer.statusCode, answer.rawPayload.length]).toEqual([200, bytes.length]);
      },
    );

    test("refuses a section beyond the end with its length", async () => {
      const answer = await service.get(sample, 2, { range: `bytes=${bytes.length}-` });
      expect(answer.statusCode).toBe(416);
      expect(answer.headers["content-range"]).toBe(`bytes */${bytes.length}`);
      expect(refusalIn(answer)[1]).toBe("InvalidField");
    });

    test("gives a section only of the very chunk that the client has the rest of", async () => {
      const range = "bytes=0-9";
      const same = await service.get(sample, 2, { range, "if-range": etag });
      expect(same.statusCode).toBe(206);
      const other = await service.get(sample, 2, { range, "if-range": '"other"' });
      expect([other.statusCode, other.rawPayload.length]).toEqual([200, bytes.length]);
    });

    test("that is not there yet is BlobIncomplete", async () => {
      const other = blobSample(vault, { number: 2 });
      await service.announce(other);
      await service.put(other, 1, chunkOf(other, 1));
      expect(refusalIn(await service.get(other, 0))).toEqual([409, "BlobIncomplete", {}]);
      expect((await service.get(other, 1)).statusCode).toBe(200);
    });
  });
});

describe("what the relay keeps", () => {
  const { byteLength } = sample;
  let service: BlobService;

  afterEach(() => service.close());

  test("of one blob is bounded, to the byte", async () => {
    service = await openBlobService(undefined, { blobByteLengthMax: byteLength - 1 });
    expect(refusalIn(await service.announce(sample))).toEqual([
      413,
      "BlobTooLarge",
      { byteLength: `${byteLength}`, byteLengthMax: `${byteLength - 1}` },
    ]);
    await service.close();
    service = await openBlobService(undefined, { blobByteLengthMax: byteLength });
    expect((await service.announce(sample)).statusCode).toBe(200);
  });

  test("of an account is bounded when it is announced, in all its vaults together", async () => {
    service = await openBlobService(undefined, { quotaByteLength: 2 * byteLength });
    const samples = [1, 2, 3].map((number) => blobSample(vaultOf((number % 2) + 1), { number }));
    const statuses: number[] = [];
    for (const each of samples) statuses.push((await service.announce(each)).statusCode);
    expect(statuses).toEqual([200, 200, 507]);
    const last = samples[2] ?? sample;
    expect(refusalIn(await service.announce(last))).toEqual([
      507,
      "QuotaExceeded",
      {
        usedByteLength: `${2 * byteLength}`,
        quotaByteLength: `${2 * byteLength}`,
        byteLength: `${byteLength}`,
      },
    ]);
    // What was let in can be finished, and announced again.
    const first = samples[0] ?? sample;
    expect((await service.put(first, 0, chunkOf(first, 0))).statusCode).toBe(204);
    expect((await service.announce(first)).statusCode).toBe(200);
    // Another account has its own.
    expect((await service.announce(blobSample(vaultOf(3)))).statusCode).toBe(200);
  });

  test("follows an account's own quota before the relay's", async () => {
    service = await openBlobService(undefined, { quotaByteLength: byteLength });
    await service.stores.accountStore.setQuota(userOf(1), 0);
    expect((await service.announce(sample)).statusCode).toBe(507);
    await service.stores.accountStore.setQuota(userOf(1), 2 * byteLength);
    expect((await service.announce(sample)).statusCode).toBe(200);
    expect((await service.announce(blobSample(vault, { number: 2 }))).statusCode).toBe(200);
  });
});
