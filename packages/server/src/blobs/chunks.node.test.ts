import { createBlobHeader, sealBlob } from "@duro/crypto";
import { createPerson, createVault } from "@duro/crypto/testing/people";
import { seededRandomBytes } from "@duro/crypto/testing/seededRandomBytes";
import { sizes } from "@duro/crypto/types";
import { chunkHashOf } from "@duro/crypto/verify";
import { describe, expect, test } from "vitest";
import { checkChunk } from "./checkChunk.ts";
import { blobByteLengthOf, chunkByteLengthOf } from "./chunkLength.ts";

const deps = { randomBytes: seededRandomBytes("chunks") };
const vault = createVault(deps, createPerson(deps));
const { ref, chunks } = sealBlob(deps, vault.key, new Uint8Array(1_100_000).fill(3));
const { header } = ref;

describe("the length of a chunk", () => {
  test("is what sealing makes of it, the last one shorter", () => {
    expect(chunks.map((_, index) => chunkByteLengthOf(header, index))).toEqual(
      chunks.map(({ length }) => length),
    );
    expect(chunkByteLengthOf(header, 0)).toBe(sizes.blobChunkByteLengthMax);
    expect(chunkByteLengthOf(header, 2)).toBeLessThan(sizes.blobChunkByteLengthMax);
  });

  test.each([0, 1, 248, 249, 524_208, 524_209, 600_000, 3_000_000, 8_000_000_000])(
    "adds up to the length of a blob with a content of %i bytes",
    (byteLength) => {
      const of = createBlobHeader(deps, vault.key, byteLength);
      let sum = 0;
      for (let index = 0; index < of.chunkCount; index++) sum += chunkByteLengthOf(of, index);
      expect(blobByteLengthOf(of)).toBe(sum);
      expect(chunkByteLengthOf(of, of.chunkCount - 1)).toBeGreaterThan(72);
    },
  );
});

describe("a chunk that came", () => {
  const bytes = chunks[1] ?? new Uint8Array();
  const announced = { header, index: 1, hash: chunkHashOf(bytes) };
  const mismatch = (what: string, more = {}) => ({
    ok: false,
    error: { name: "BlobMismatch", facts: { what, ...more } },
  });

  test("is the one that was announced", () => {
    expect(checkChunk(announced, bytes)).toEqual({ ok: true, value: undefined });
  });

  test.each([-1, 1])("is refused when it is %i byte longer", (more) => {
    const wrong = new Uint8Array(bytes.length + more);
    wrong.set(bytes.subarray(0, wrong.length));
    // Its hash was announced, so the length is what refuses it.
    expect(checkChunk({ ...announced, hash: chunkHashOf(wrong) }, wrong)).toEqual(
      mismatch("chunk length", { expected: bytes.length, got: wrong.length }),
    );
  });

  test("is refused when one bit of it differs", () => {
    const wrong = bytes.slice();
    wrong[wrong.length - 1] = (wrong.at(-1) ?? 0) ^ 1;
    expect(checkChunk(announced, wrong)).toEqual(mismatch("chunk hash", { index: 1 }));
  });

  test("is refused in the place of another", () => {
    const other = chunks[0] ?? new Uint8Array();
    expect(checkChunk(announced, other)).toEqual(mismatch("chunk hash", { index: 1 }));
  });

  test("is refused when nothing came", () => {
    expect(checkChunk(announced, new Uint8Array())).toMatchObject(mismatch("chunk length"));
  });
});
