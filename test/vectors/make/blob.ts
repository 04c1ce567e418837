/** Blobs of one chunk, two and three; what is refused is in blobFaults.ts. */
import { sealBlob } from "../../../packages/crypto/src/blob.ts";
import { chunkHashOf } from "../../../packages/crypto/src/blobHash.ts";
import { encodeBlobHeader } from "../../../packages/crypto/src/blobHeader.ts";
import { hexOf, jsonOf, type VectorCase, type VectorFile } from "../format.ts";
import type { BlobInput } from "../run/blob.ts";
import { blobFaults } from "./blobFaults.ts";
import {
  largeContent,
  largeSeal,
  nonceRandoms,
  ofThree,
  ofTwo,
  opening,
  randoms,
  salt,
  sealOutput,
  small,
  smallSeal,
  text,
  threeChunks,
  twoChunks,
  vaultKey,
} from "./blobs.ts";
import { filled } from "./bytes.ts";
import { golden } from "./cases.ts";

const largeGoldens = (
  name: string,
  byteLength: number,
  chunkCount: number,
  rearranged: BlobInput,
): readonly VectorCase<BlobInput>[] => {
  const content = largeContent(byteLength);
  const made = sealBlob(randoms(salt, ...nonceRandoms.slice(0, chunkCount)), vaultKey, content);
  return [
    golden<BlobInput>(
      `${name}, sealed`,
      "the last is shorter, and marked as the last",
      { operation: "seal", ...largeSeal(byteLength, chunkCount) },
      sealOutput(made),
    ),
    golden<BlobInput>(`${name}, opened`, "in their order", rearranged, {
      byteLength,
      contentHash: hexOf(chunkHashOf(content)),
    }),
  ];
};

const sealedEmpty = () => sealBlob(randoms(salt, filled(24, 0x94)), vaultKey, new Uint8Array());

const goldens = (): readonly VectorCase<BlobInput>[] => [
  golden<BlobInput>(
    "a header",
    "66 bytes in front of every chunk's seal",
    { operation: "header", header: hexOf(encodeBlobHeader(small.ref.header)) },
    jsonOf(small.ref.header),
  ),
  golden<BlobInput>(
    "one chunk, sealed",
    "padded like any content",
    { operation: "seal", ...smallSeal },
    sealOutput(small),
  ),
  golden<BlobInput>("one chunk, opened", "the way back", opening(), { content: hexOf(text) }),
  golden<BlobInput>(
    "an empty content, sealed",
    "one chunk of padding",
    { operation: "seal", ...smallSeal, content: "" },
    sealOutput(sealedEmpty()),
  ),
  ...largeGoldens("two chunks", twoChunks, 2, ofTwo([0, 1], "signed")),
  ...largeGoldens("three chunks", threeChunks, 3, ofThree([0, 1, 2], "signed")),
];

export const makeBlob = (): VectorFile<BlobInput> => ({
  layer: "blob",
  about:
    "Blobs (docs/crypto.md §6): headers, sealing and opening. A large content is given by a seed, its chunks by their hashes; it is opened again by sealing it the same way. The output of a large content is its length and the chunk hash of all of it.",
  cases: [...goldens(), ...blobFaults()],
});
