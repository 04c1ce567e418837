/** What names a blob: a hash over its header and its chunks in order. Needs no key. */
import { type BlobHeader, type BlobRef, encodeBlobHeader } from "./blobHeader.ts";
import { hash32 } from "./hash.ts";
import { type BlobId, blobIds } from "./ids.ts";
import { labels } from "./labels.ts";
import { err, ok, type Result } from "./result.ts";

export interface ChunkMissing {
  readonly type: "ChunkMissing";
  readonly expected: number;
  readonly got: number;
}
/** Header and chunks do not hash to the blob asked for. */
export interface BlobIdMismatch {
  readonly type: "BlobIdMismatch";
  readonly expected: BlobId;
  readonly got: BlobId;
}
/** What the relay checks of an upload, chunk by chunk, without a key. */
export const chunkHashOf = (bytes: Uint8Array): Uint8Array => hash32(labels.blobChunkHash, bytes);

export const blobIdOf = (header: BlobHeader, chunkHashes: readonly Uint8Array[]): BlobId =>
  blobIds.fromBytes(hash32(labels.blobId, encodeBlobHeader(header), ...chunkHashes));

/** After the last chunk: all of them, in order, and of this blob. */
export const checkBlob = (
  ref: Pick<BlobRef, "header" | "id">,
  chunkHashes: readonly Uint8Array[],
): Result<void, ChunkMissing | BlobIdMismatch> => {
  if (chunkHashes.length !== ref.header.chunkCount)
    return err({
      type: "ChunkMissing",
      expected: ref.header.chunkCount,
      got: chunkHashes.length,
    });
  const got = blobIdOf(ref.header, chunkHashes);
  return got === ref.id ? ok(undefined) : err({ type: "BlobIdMismatch", expected: ref.id, got });
};
