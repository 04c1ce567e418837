import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type BlobHeader,
  type BlobRef,
  blobSaltByteLength,
  chunkCountOf,
  decodeBlobHeader,
  encodeBlobHeader,
  readBlobRef,
  writeBlobRef,
} from "./blobHeader.ts";
import { bytesToHex } from "./bytes/hex.ts";
import { decode } from "./bytes/reader.ts";
import { encode } from "./bytes/writer.ts";
import { blobIds } from "./ids.ts";
import { paddedByteLength } from "./padding.ts";
import { blobChunkCountMax, blobChunkPlaintextByteLength } from "./sizes.ts";
import { mustFail, outcomeOf } from "./testing/outcome.ts";
import { must } from "./testing/people.ts";
import { filled, someVault } from "./testing/samples.ts";

const header: BlobHeader = {
  vault: someVault,
  epoch: 0x0102,
  salt: filled(blobSaltByteLength, 0x55),
  chunkCount: 2,
  paddedByteLength: 606_208,
};
const encoded = encodeBlobHeader(header);

const withWritten = (at: number, ...bytes: readonly number[]): Uint8Array => {
  const written = encoded.slice();
  written.set(bytes, at);
  return written;
};

const headerFor = (byteLength: number): BlobHeader => ({
  ...header,
  paddedByteLength: paddedByteLength(byteLength),
  chunkCount: chunkCountOf(paddedByteLength(byteLength)),
});

const refLimit = { what: "blob ref", byteLengthMax: 200 };
const encodeRef = (ref: BlobRef): Uint8Array => encode((to) => writeBlobRef(to, ref));
const decodeRef = (bytes: Uint8Array) => decode(refLimit, bytes, readBlobRef);

describe("a blob's header", () => {
  test("is exactly these bytes; if this fails, the protocol changed: raise the version", () => {
    expect(bytesToHex(encoded)).toBe(
      `0101${"a1".repeat(16)}02010000${"55".repeat(32)}020000000040090000000000`,
    );
    expect(must(decodeBlobHeader(encoded))).toEqual(header);
  });

  test.each([
    [1, 1],
    [blobChunkPlaintextByteLength, 1],
    [blobChunkPlaintextByteLength + 1, 2],
    [3 * blobChunkPlaintextByteLength, 3],
  ])("says of %d padded bytes that they are %d chunks", (padded, chunkCount) => {
    expect(chunkCountOf(padded)).toBe(chunkCount);
  });

  test.each([
    ["epoch 0", withWritten(18, 0, 0, 0, 0), "an epoch from 1"],
    ["a chunk more than its length has", withWritten(54, 3), "2 chunks for 606208 bytes"],
    ["no chunk", withWritten(54, 0), "2 chunks for 606208 bytes"],
    [
      "more chunks than a blob may have",
      withWritten(54, 1, 0x40),
      `at most ${blobChunkCountMax} chunks`,
    ],
    [
      "a length of 2^53 - 1",
      withWritten(58, 255, 255, 255, 255, 255, 255, 0x1f, 0),
      "a padded length",
    ],
    ["a length that no padding has", withWritten(58, 1), "a padded length"],
    ["a length below the smallest step", withWritten(58, 255, 0, 0), "a padded length"],
    ["a length of 2^53", withWritten(58, 0, 0, 0, 0, 0, 0, 0x20, 0), "a number below 2^53"],
    ["a byte short", encoded.subarray(0, -1), "8 more bytes"],
    ["a byte long", Uint8Array.of(...encoded, 0), "the end"],
    ["far too long", new Uint8Array(1_000).fill(1), "at most 128 bytes"],
    ["nothing", new Uint8Array(), "1 more bytes"],
  ])("is refused with %s", (_, bytes, expected) => {
    expect(mustFail(decodeBlobHeader(bytes))).toMatchObject({
      type: "Malformed",
      what: "blob header",
      expected,
    });
  });

  test.each([
    [2, 1],
    [1, 2],
    [0, 0],
  ])("of version %d, suite %d is not supported", (version, suite) => {
    const error = { type: "VersionUnsupported", what: "blob", version, suite };
    expect(mustFail(decodeBlobHeader(withWritten(0, version, suite)))).toEqual(error);
  });
});

describe("what an envelope says of a blob", () => {
  const id = blobIds.fromBytes(filled(32, 7));

  test("comes back from its bytes for any length of content", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 8_000_000_000 }), (byteLength) => {
        const ref = { id, header: headerFor(byteLength), byteLength };
        expect(must(decodeRef(encodeRef(ref)))).toEqual(ref);
      }),
    );
  });

  test.each([
    ["a content that pads to more", 606_209, header],
    ["a content that pads to less", 1, header],
    ["a content as long as its padded form", 606_208, header],
    ["the largest number for a length", Number.MAX_SAFE_INTEGER, header],
    ["a little less than the largest number", Number.MAX_SAFE_INTEGER - 8, header],
    ["a header of no chunk", 0, { ...header, chunkCount: 0, paddedByteLength: 0 }],
    [
      "a header of a length that no padding has",
      100,
      { ...header, chunkCount: 1, paddedByteLength: 257 },
    ],
  ])("is refused with %s", (_, byteLength, wrong) => {
    expect(outcomeOf(decodeRef(encodeRef({ id, header: wrong, byteLength })))).toBe("Malformed");
  });

  test("is refused with a header of another version", () => {
    const bytes = encodeRef({ id, header: headerFor(5), byteLength: 5 });
    for (const at of [32, 33]) {
      const other = bytes.slice();
      other[at] = 2;
      expect(outcomeOf(decodeRef(other))).toBe("Malformed");
    }
  });
});
