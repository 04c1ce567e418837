import { describe, expect, test } from "vitest";
import {
  blobByteLengthMax,
  chunkContentRange,
  createBlobHeader,
  openBlob,
  openChunk,
  sealBlob,
  sealChunk,
} from "./blob.ts";
import { blobIdOf, checkBlob, chunkHashOf } from "./blobHash.ts";
import { type BlobHeader, type BlobRef, encodeBlobHeader } from "./blobHeader.ts";
import { concatBytes } from "./bytes/bytes.ts";
import { encode } from "./bytes/writer.ts";
import { BrokenAssumption } from "./result.ts";
import { seal, sealedBytes } from "./seal.ts";
import {
  blobChunkByteLengthMax,
  blobChunkCountMax,
  blobChunkPlaintextByteLength,
} from "./sizes.ts";
import { everyBitOf, outcomesOfFlips, someBitsOf, withBitFlipped } from "./testing/flips.ts";
import { mustFail, outcomeOf } from "./testing/outcome.ts";
import { must } from "./testing/people.ts";
import { filled, otherVault, someVault, someVaultKey } from "./testing/samples.ts";
import { seededRandomBytes } from "./testing/seededRandomBytes.ts";

const deps = { randomBytes: seededRandomBytes("blob") };
const vaultKey = someVaultKey(deps);
const chunkSize = blobChunkPlaintextByteLength;

/** Not zeros, and no two chunks alike. */
const contentOf = (byteLength: number): Uint8Array => {
  const content = new Uint8Array(byteLength);
  for (let at = 0; at < byteLength; at++) content[at] = (at * 31 + (at >> 11)) & 0xff;
  return content;
};

const content = contentOf(3 * chunkSize - 8);
const { ref, chunks } = sealBlob(deps, vaultKey, content);
const sibling = sealBlob(deps, vaultKey, content);

const chunkAt = (index: number, of = chunks): Uint8Array => of[index] ?? new Uint8Array();

describe("a blob", () => {
  test.each([
    ["nothing", 0, 1],
    ["one byte", 1, 1],
    ["a byte less than a chunk", chunkSize - 8 - 1, 2],
    ["a chunk", chunkSize - 8, 2],
    ["a byte more than a chunk", chunkSize - 8 + 1, 2],
    ["two chunks", 2 * chunkSize - 8, 3],
    ["three chunks", 3 * chunkSize - 8, 4],
    ["just what one chunk can hold once it is padded", 516_096 - 8, 1],
  ])("of %s comes back", (_, byteLength, chunkCount) => {
    const bytes = contentOf(byteLength);
    const sealed = sealBlob(deps, vaultKey, bytes);
    expect(sealed.chunks).toHaveLength(chunkCount);
    expect(sealed.ref).toMatchObject({ byteLength, header: { chunkCount, epoch: 1 } });
    const opened = must(openBlob(vaultKey, sealed.ref, sealed.chunks));
    expect(opened).toHaveLength(byteLength);
    expect(blobIdOf(sealed.ref.header, [opened])).toBe(blobIdOf(sealed.ref.header, [bytes]));
  });

  test("has chunks of at most 512 KiB, all but the last of just that", () => {
    const lengths = chunks.map((chunk) => chunk.length);
    expect(blobChunkByteLengthMax).toBe(524_288);
    expect(lengths.slice(0, -1)).toEqual([524_288, 524_288, 524_288]);
    expect(lengths.at(-1)).toBeLessThan(524_288);
  });

  test("is another blob each time, for the same content", () => {
    expect(sibling.ref.id).not.toBe(ref.id);
    expect(sibling.ref.header.salt).not.toEqual(ref.header.salt);
    expect(sibling.chunks[0]).not.toEqual(chunks[0]);
  });

  test("may be as large as 8 GB, and no larger", () => {
    const largest = createBlobHeader(deps, vaultKey, blobByteLengthMax);
    expect(largest.chunkCount).toBeLessThanOrEqual(blobChunkCountMax);
    expect(() => createBlobHeader(deps, vaultKey, blobByteLengthMax + 1)).toThrow(BrokenAssumption);
  });
});

describe("chunk by chunk, in memory for one", () => {
  test("a content that is read in pieces seals and opens as a whole one does", () => {
    const header = createBlobHeader(deps, vaultKey, content.length);
    const hashes: Uint8Array[] = [];
    const stored: Uint8Array[] = [];
    for (let index = 0; index < header.chunkCount; index++) {
      const { start, end } = chunkContentRange(index, content.length);
      const piece = content.slice(start, end);
      const chunk = sealChunk(deps, vaultKey, header, {
        index,
        byteLength: content.length,
        content: piece,
      });
      hashes.push(chunkHashOf(chunk));
      stored.push(chunk);
    }
    const made: BlobRef = { id: blobIdOf(header, hashes), header, byteLength: content.length };
    expect(outcomeOf(checkBlob(made, hashes))).toBe("ok");
    for (const [index, chunk] of stored.entries()) {
      const { start, end } = chunkContentRange(index, content.length);
      const opened = must(openChunk(vaultKey, made, index, chunk));
      expect(chunkHashOf(opened)).toEqual(chunkHashOf(content.subarray(start, end)));
    }
  });

  test("the parts follow each other without gap or overlap, and end with the content", () => {
    const ranges = [0, 1, 2, 3, 4].map((index) => chunkContentRange(index, content.length));
    expect(ranges).toEqual([
      { start: 0, end: chunkSize - 8 },
      { start: chunkSize - 8, end: 2 * chunkSize - 8 },
      { start: 2 * chunkSize - 8, end: 3 * chunkSize - 8 },
      { start: content.length, end: content.length },
      { start: content.length, end: content.length },
    ]);
  });

  test("a part of the wrong length is our own bug, and so is an index beyond the last", () => {
    const header = createBlobHeader(deps, vaultKey, 100);
    const seal99 = () =>
      sealChunk(deps, vaultKey, header, { index: 0, byteLength: 100, content: filled(99, 1) });
    expect(seal99).toThrow(BrokenAssumption);
    for (const index of [-1, 4])
      expect(() => openChunk(vaultKey, ref, index, chunkAt(0))).toThrow(BrokenAssumption);
  });
});

describe("a blob of other chunks is refused", () => {
  test.each<[string, readonly Uint8Array[], string]>([
    ["two exchanged", [chunkAt(1), chunkAt(0), chunkAt(2), chunkAt(3)], "BlobIdMismatch"],
    ["the last dropped", chunks.slice(0, -1), "ChunkMissing"],
    ["the first dropped", chunks.slice(1), "ChunkMissing"],
    ["one repeated in place of the next", chunks.with(2, chunkAt(1)), "BlobIdMismatch"],
    ["one repeated behind the last", [...chunks, chunkAt(3)], "ChunkMissing"],
    ["backwards", chunks.toReversed(), "BlobIdMismatch"],
    ["one cut short", chunks.with(3, chunkAt(3).subarray(0, -1)), "BlobIdMismatch"],
    ["one grown", chunks.with(3, concatBytes(chunkAt(3), filled(1, 0))), "BlobIdMismatch"],
    ["one empty", chunks.with(1, new Uint8Array()), "BlobIdMismatch"],
    ["one of a sibling", chunks.with(1, chunkAt(1, sibling.chunks)), "BlobIdMismatch"],
    ["all of a sibling", sibling.chunks, "BlobIdMismatch"],
    ["one bit turned over", chunks.with(0, withBitFlipped(chunkAt(0), 9_999)), "BlobIdMismatch"],
    ["none", [], "ChunkMissing"],
  ])("%s", (_, found, outcome) => {
    expect(outcomeOf(openBlob(vaultKey, ref, found))).toBe(outcome);
  });

  test("with the facts", () => {
    expect(mustFail(openBlob(vaultKey, ref, chunks.slice(1)))).toEqual({
      type: "ChunkMissing",
      expected: 4,
      got: 3,
    });
    expect(mustFail(openBlob(vaultKey, ref, sibling.chunks))).toEqual({
      type: "BlobIdMismatch",
      expected: ref.id,
      got: blobIdOf(ref.header, sibling.chunks.map(chunkHashOf)),
    });
  });
});

/** Whoever may sign envelopes can name any header and chunks by their right id. */
const named = (header: BlobHeader, found: readonly Uint8Array[]): BlobRef => ({
  ...ref,
  header,
  id: blobIdOf(header, found.map(chunkHashOf)),
});

describe("a blob that is rightly named, but not what was sealed, is refused where it stands", () => {
  const { header } = ref;
  test.each<[string, BlobHeader, readonly Uint8Array[], string]>([
    [
      "two exchanged",
      header,
      [chunkAt(1), chunkAt(0), chunkAt(2), chunkAt(3)],
      "CommitmentMismatch",
    ],
    ["one repeated", header, chunks.with(2, chunkAt(1)), "CommitmentMismatch"],
    ["one of a sibling", header, chunks.with(1, chunkAt(1, sibling.chunks)), "CommitmentMismatch"],
    ["one cut short", header, chunks.with(3, chunkAt(3).subarray(1)), "Malformed"],
    ["one grown", header, chunks.with(0, concatBytes(chunkAt(0), filled(1, 0))), "Malformed"],
    ["another salt", { ...header, salt: filled(32, 1) }, chunks, "CommitmentMismatch"],
    [
      "fewer chunks",
      { ...header, chunkCount: 3, paddedByteLength: 3 * chunkSize },
      chunks.slice(0, 3),
      "CommitmentMismatch",
    ],
    [
      "another padded length",
      { ...header, paddedByteLength: header.paddedByteLength - 1 },
      chunks,
      "CommitmentMismatch",
    ],
    ["another epoch", { ...header, epoch: 2 }, chunks, "WrongBlobKey"],
    ["another vault", { ...header, vault: otherVault }, chunks, "WrongBlobKey"],
  ])("%s", (_, wrongHeader, found, outcome) => {
    expect(outcomeOf(openBlob(vaultKey, named(wrongHeader, found), found))).toBe(outcome);
  });

  test("under the key that a wrong header names it does not open either", () => {
    const newerKey = someVaultKey(deps, { epoch: 2 });
    const otherKey = someVaultKey(deps, { vault: otherVault });
    expect(outcomeOf(openBlob(newerKey, named({ ...header, epoch: 2 }, chunks), chunks))).toBe(
      "CommitmentMismatch",
    );
    expect(
      outcomeOf(openBlob(otherKey, named({ ...header, vault: otherVault }, chunks), chunks)),
    ).toBe("CommitmentMismatch");
  });

  test.each([
    ["salt", { salt: filled(32, 1) }],
    ["epoch", { epoch: 2 }],
    ["vault", { vault: otherVault }],
    ["padded length", { paddedByteLength: header.paddedByteLength - 1 }],
  ])("another %s under the old id is another blob", (_, changed) => {
    const wrong = { ...ref, header: { ...header, ...changed } };
    expect(outcomeOf(openBlob(vaultKey, wrong, chunks))).toBe("BlobIdMismatch");
  });

  test("a key of another epoch says so, with what is needed", () => {
    const newerKey = someVaultKey(deps, { epoch: 2 });
    expect(mustFail(openBlob(newerKey, ref, chunks))).toEqual({
      type: "WrongBlobKey",
      expected: { vault: someVault, epoch: 1 },
      got: { vault: someVault, epoch: 2 },
    });
  });

  test.each([
    ["one byte less", ref.byteLength - 1],
    ["one byte more", ref.byteLength + 1],
    ["nothing", 0],
  ])("a content length of %s than was sealed is refused", (_, byteLength) => {
    expect(outcomeOf(openBlob(vaultKey, { ...ref, byteLength }, chunks))).toBe("Malformed");
  });
});

describe("a chunk that its author padded wrongly is Malformed", () => {
  const header: BlobHeader = createBlobHeader(deps, vaultKey, 10);
  const made = { header, byteLength: 10 };
  const around = {
    head: encode((to) => {
      to.bytes(encodeBlobHeader(header));
      to.u32(0);
      to.bool(true);
    }),
    clear: new Uint8Array(),
  };
  const sealPlaintext = (...written: readonly number[]): Uint8Array => {
    const plaintext = new Uint8Array(256);
    plaintext.set(written);
    return sealedBytes(seal(deps, vaultKey.blobs, around, plaintext));
  };
  const length10 = [10, 0, 0, 0, 0, 0, 0, 0];
  const ten = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];

  test.each([
    ["right, it opens", [...length10, ...ten], "ok"],
    ["a byte behind the content", [...length10, ...ten, 1], "Malformed"],
    ["another length in front", [9, ...length10.slice(1), ...ten], "Malformed"],
    ["a length of 2^53 - 1 in front", [255, 255, 255, 255, 255, 255, 0x1f, 0], "Malformed"],
    ["a length of 2^64 - 1 in front", filled(8, 255), "Malformed"],
  ])("%s", (_, written, outcome) => {
    expect(outcomeOf(openChunk(vaultKey, made, 0, sealPlaintext(...written)))).toBe(outcome);
  });
});

describe("a chunk with one bit turned over never opens", () => {
  test("at every bit of a small one", () => {
    const small = sealBlob(deps, vaultKey, contentOf(10));
    const [chunk = new Uint8Array()] = small.chunks;
    const outcomes = outcomesOfFlips(chunk, everyBitOf(chunk), (flipped) =>
      outcomeOf(openChunk(vaultKey, small.ref, 0, flipped)),
    );
    expect(outcomes).toEqual({
      CommitmentMismatch: 8 * (24 + 32),
      SealBroken: 8 * (256 + 16),
    });
  });

  test("at 1,000 bits of a full one", () => {
    const chunk = chunkAt(1);
    const outcomes = outcomesOfFlips(chunk, someBitsOf(chunk, 1_000, "chunk"), (flipped) =>
      outcomeOf(openChunk(vaultKey, ref, 1, flipped)),
    );
    expect(outcomes).toEqual({ SealBroken: 1_000 });
  });

  test("and the relay, which has no key, sees by the chunk's hash that it is another", () => {
    const chunk = chunkAt(3);
    const hash = String(chunkHashOf(chunk));
    const same = someBitsOf(chunk, 200, "hash").filter(
      (bit) => String(chunkHashOf(withBitFlipped(chunk, bit))) === hash,
    );
    expect(same).toEqual([]);
  });
});
