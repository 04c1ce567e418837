/** Blobs that stand for any others: headers, hashes and ids are right, the chunks are no ciphertext. */
import { type BlobHeader, concatBytes, encodeBlobHeader } from "@duro/crypto/types";
import { blobIdOf, chunkHashOf } from "@duro/crypto/verify";
import { type Announcement, bytesToBase64url, type VaultId } from "@duro/protocol";
import { blobByteLengthOf, chunkByteLengthOf } from "../blobs/chunkLength.ts";
import type { BlobName } from "../ports/blobStore.ts";
import { vaultOf } from "./storeSamples.ts";

/** Lengths that padding makes, by how many chunks they take. The last chunk is short. */
export const paddedByteLengthByChunkCount = { 1: 256, 2: 557_056, 3: 1_114_112, 5: 2_162_688 };

export interface BlobSampleOptions {
  /** Another number, another blob. */
  readonly number?: number;
  readonly chunkCount?: keyof typeof paddedByteLengthByChunkCount;
  /** As long as the header says, unless a store is tested, which does not look. */
  readonly chunkByteLength?: (header: BlobHeader, index: number) => number;
}

export interface BlobSample extends BlobName {
  readonly header: BlobHeader;
  readonly chunkHashes: Uint8Array;
  readonly byteLength: number;
  readonly chunks: readonly Uint8Array[];
  readonly announcement: Announcement;
}

export const blobSample = (
  vault: VaultId,
  { number = 1, chunkCount = 3, chunkByteLength = chunkByteLengthOf }: BlobSampleOptions = {},
): BlobSample => {
  const salt = new Uint8Array(32);
  new DataView(salt.buffer).setUint32(0, number);
  const paddedByteLength = paddedByteLengthByChunkCount[chunkCount];
  const header = { vault, epoch: 1, salt, chunkCount, paddedByteLength };
  const chunks = Array.from({ length: chunkCount }, (_, index) =>
    // Every byte differs from its neighbours, so that a section cannot be taken for another.
    Uint8Array.from(
      { length: chunkByteLength(header, index) },
      (_unused, at) => at + (at >> 8) + index + number,
    ),
  );
  const hashes = chunks.map(chunkHashOf);
  return {
    vault,
    blob: blobIdOf(header, hashes),
    header,
    chunkHashes: concatBytes(...hashes),
    byteLength: blobByteLengthOf(header),
    chunks,
    announcement: {
      header: bytesToBase64url(encodeBlobHeader(header)),
      chunkHashes: bytesToBase64url(concatBytes(...hashes)),
    },
  };
};

/** The largest padded length below the most chunks that a header may say; 16,384 of them are no length. */
const longest = { chunkCount: 16_259, paddedByteLength: 8_522_825_728 };

/** Announced only: nobody has that many chunks at hand. */
export const longestBlob = (
  changed: Partial<typeof longest> = {},
): BlobName & { readonly header: BlobHeader; readonly announcement: Announcement } => {
  const vault = vaultOf(1);
  const salt = new Uint8Array(32);
  const header = { vault, epoch: 1, salt, ...longest, ...changed };
  const hashes = Array.from({ length: header.chunkCount }, (_, index) =>
    new Uint8Array(32).fill(index % 251),
  );
  return {
    vault,
    blob: blobIdOf(header, hashes),
    header,
    announcement: {
      header: bytesToBase64url(encodeBlobHeader(header)),
      chunkHashes: bytesToBase64url(concatBytes(...hashes)),
    },
  };
};
