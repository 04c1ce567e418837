import { encodeBlobHeader, sizes } from "@duro/crypto/types";
import { type Announcement, bytesToBase64url } from "@duro/protocol";
import { describe, expect, test } from "vitest";
import { blobSample, longestBlob } from "../testing/blobSamples.ts";
import { vaultOf } from "../testing/storeSamples.ts";
import { parseAnnouncement } from "./parseAnnouncement.ts";

const sample = blobSample(vaultOf(1));
const other = blobSample(vaultOf(1), { number: 2 });
const blobByteLengthMax = 5_000_000;

const parse = (changed: Partial<Announcement> = {}, name = sample, max = blobByteLengthMax) =>
  parseAnnouncement(name, { ...sample.announcement, ...changed }, max);

const refused = (name: string, facts: Readonly<Record<string, unknown>>) => ({
  ok: false,
  error: { name, facts },
});
const mismatch = (what: string) => refused("BlobMismatch", { what });
const malformed = (field: string) =>
  refused("InvalidField", { path: `body/${field}`, rule: "encoding" });

/** The header with one byte changed. */
const headerWith = (at: number, byte: number): string => {
  const bytes = encodeBlobHeader(sample.header);
  bytes[at] = byte;
  return bytesToBase64url(bytes);
};

describe("an announcement", () => {
  test("gives header, hashes and the bytes to keep", () => {
    expect(parse()).toEqual({
      ok: true,
      value: {
        header: sample.header,
        chunkHashes: Buffer.from(sample.chunkHashes),
        byteLength: sample.chunks.reduce((sum, { length }) => sum + length, 0),
      },
    });
  });

  test("of another vault is refused, though its id fits", () => {
    const foreign = blobSample(vaultOf(2));
    const name = { vault: vaultOf(1), blob: foreign.blob };
    expect(parseAnnouncement(name, foreign.announcement, blobByteLengthMax)).toEqual(
      mismatch("vault"),
    );
  });

  test("of another blob is refused", () => {
    expect(parse({}, other)).toEqual(mismatch("blob id"));
    expect(parse(other.announcement)).toEqual(mismatch("blob id"));
  });

  test("with other hashes than the blob's is refused, in another order too", () => {
    expect(parse({ chunkHashes: other.announcement.chunkHashes })).toEqual(mismatch("blob id"));
    const swapped = sample.chunkHashes.slice();
    swapped.set(sample.chunkHashes.subarray(32, 64), 0);
    swapped.set(sample.chunkHashes.subarray(0, 32), 32);
    expect(parse({ chunkHashes: bytesToBase64url(swapped) })).toEqual(mismatch("blob id"));
  });

  test.each([0, 1, 32, 64, 95, 97, 128])(
    "with hashes of %i bytes for three chunks is refused",
    (byteLength) => {
      const chunkHashes = new Uint8Array(byteLength);
      chunkHashes.set(sample.chunkHashes.subarray(0, byteLength));
      expect(parse({ chunkHashes: bytesToBase64url(chunkHashes) })).toEqual(
        mismatch("chunk count"),
      );
    },
  );

  test.each([
    "*",
    "A",
    "AB",
    `${sample.announcement.chunkHashes}=`,
    `${sample.announcement.chunkHashes}\n`,
    ` ${sample.announcement.chunkHashes}`,
    sample.announcement.chunkHashes.replace(/^./u, "+"),
  ])("with hashes spelled %j is refused", (chunkHashes) => {
    expect(parse({ chunkHashes })).toEqual(malformed("chunkHashes"));
  });

  test.each([
    ["cut short", sample.announcement.header.slice(0, -4)],
    ["with bytes behind it", `${sample.announcement.header}AAAA`],
    ["that is no base64url", "*".repeat(88)],
    ["with another spelling", `${sample.announcement.header.slice(0, -1)}B`],
    ["of epoch 0", headerWith(18, 0)],
    ["with another chunk count", headerWith(54, 4)],
    ["with a length that no padding makes", headerWith(58, 1)],
  ])("with a header %s is refused", (_, header) => {
    expect(parse({ header })).toEqual(malformed("header"));
  });

  test.each([
    ["version", 0, { version: 2, suite: 1 }],
    ["suite", 1, { version: 1, suite: 2 }],
  ])("of a newer %s asks for an update", (_, at, facts) => {
    expect(parse({ header: headerWith(at, 2) })).toEqual(refused("VersionUnsupported", facts));
  });

  test("is refused one byte above what the relay keeps, and taken at just that", () => {
    const { byteLength } = sample;
    expect(parse({}, sample, byteLength).ok).toBe(true);
    expect(parse({}, sample, byteLength - 1)).toEqual(
      refused("BlobTooLarge", { byteLength, byteLengthMax: byteLength - 1 }),
    );
  });

  test("may be of the longest blob that padding makes", () => {
    const { header, announcement, vault, blob } = longestBlob();
    const parsed = parseAnnouncement({ vault, blob }, announcement, Number.MAX_SAFE_INTEGER);
    expect(parsed).toMatchObject({ ok: true, value: { header } });
  });

  test("of a blob with one chunk more than that is refused", () => {
    const { announcement, vault, blob } = longestBlob({ chunkCount: sizes.blobChunkCountMax });
    const parsed = parseAnnouncement({ vault, blob }, announcement, Number.MAX_SAFE_INTEGER);
    expect(parsed).toEqual(malformed("header"));
  });
});
