/**
 * Blobs: large immutable ciphertext in chunks. Each chunk is sealed with its index and the last one
 * with a mark; the header says how many there are; the id hashes header and chunks in order, and is
 * itself named in a signed envelope. So a chunk that was swapped, dropped, repeated or reordered is
 * refused where it stands, and a blob that was shortened or exchanged at its end. docs/crypto.md §6.
 *
 * Knows nothing of files or requests: the caller feeds chunk by chunk, so memory stays at one chunk.
 */
import { decode, type Malformed } from "./bytes/reader.ts";
import { encode } from "./bytes/writer.ts";
import { concatBytes } from "./bytes/bytes.ts";
import {
  type BlobHeader,
  type BlobRef,
  blobSaltByteLength,
  chunkCountOf,
  encodeBlobHeader,
} from "./blobHeader.ts";
import {
  type BlobIdMismatch,
  blobIdOf,
  checkBlob,
  chunkHashOf,
  type ChunkMissing,
} from "./blobHash.ts";
import type { VaultId } from "./ids.ts";
import type { VaultKey } from "./keys/vaultKey.ts";
import { paddedByteLength, refuseFilling } from "./padding.ts";
import type { RandomBytes } from "./random.ts";
import { assert, err, ok, type Result } from "./result.ts";
import {
  type CommitmentMismatch,
  open,
  seal,
  type SealBroken,
  sealedByteLength,
  sealedBytes,
  splitSealed,
} from "./seal.ts";
import { blobChunkPlaintextByteLength } from "./sizes.ts";

export interface WrongBlobKey {
  readonly type: "WrongBlobKey";
  readonly expected: { readonly vault: VaultId; readonly epoch: number };
  readonly got: { readonly vault: VaultId; readonly epoch: number };
}
export type ChunkError = Malformed | CommitmentMismatch | SealBroken | WrongBlobKey;
export type BlobError = ChunkError | ChunkMissing | BlobIdMismatch;

const noClear = new Uint8Array();

/** The largest content one blob holds. */
export const blobByteLengthMax = 8_000_000_000;

export const createBlobHeader = (
  deps: { readonly randomBytes: RandomBytes },
  { vault, epoch }: VaultKey,
  byteLength: number,
): BlobHeader => {
  assert(byteLength <= blobByteLengthMax, "larger content is split into blobs by its owner");
  const padded = paddedByteLength(byteLength);
  return {
    vault,
    epoch,
    salt: deps.randomBytes(blobSaltByteLength),
    chunkCount: chunkCountOf(padded),
    paddedByteLength: padded,
  };
};

const lengthPrefix = (byteLength: number): Uint8Array => encode((to) => to.u64(byteLength));

/**
 * Which bytes of the content go into a chunk. The content's own length stands in front of the first,
 * zeros behind the last.
 */
export const chunkContentRange = (
  index: number,
  byteLength: number,
): { readonly start: number; readonly end: number } => {
  const start = Math.max(0, index * blobChunkPlaintextByteLength - 8);
  const end = (index + 1) * blobChunkPlaintextByteLength - 8;
  return { start: Math.min(start, byteLength), end: Math.min(end, byteLength) };
};

const chunkPlaintextByteLength = (header: BlobHeader, index: number): number =>
  Math.min(
    blobChunkPlaintextByteLength,
    header.paddedByteLength - index * blobChunkPlaintextByteLength,
  );

const surroundingsOf = (header: BlobHeader, index: number) => ({
  head: encode((to) => {
    to.bytes(encodeBlobHeader(header));
    to.u32(index);
    to.bool(index === header.chunkCount - 1);
  }),
  clear: noClear,
});

/** `content` is the part of the blob's content that `chunkContentRange` names. */
export const sealChunk = (
  deps: { readonly randomBytes: RandomBytes },
  key: VaultKey,
  header: BlobHeader,
  chunk: {
    readonly index: number;
    readonly byteLength: number;
    readonly content: Uint8Array;
  },
): Uint8Array => {
  const range = chunkContentRange(chunk.index, chunk.byteLength);
  assert(chunk.content.length === range.end - range.start, "the chunk's own part of the content");
  const plaintext = new Uint8Array(chunkPlaintextByteLength(header, chunk.index));
  if (chunk.index === 0) plaintext.set(lengthPrefix(chunk.byteLength), 0);
  plaintext.set(chunk.content, chunk.index === 0 ? 8 : 0);
  return sealedBytes(seal(deps, key.blobs, surroundingsOf(header, chunk.index), plaintext));
};

/** One chunk's content, zeros and length taken off. */
export const openChunk = (
  key: VaultKey,
  ref: Pick<BlobRef, "header" | "byteLength">,
  index: number,
  bytes: Uint8Array,
): Result<Uint8Array, ChunkError> => {
  const { header } = ref;
  if (key.vault !== header.vault || key.epoch !== header.epoch)
    return err({
      type: "WrongBlobKey",
      expected: { vault: header.vault, epoch: header.epoch },
      got: { vault: key.vault, epoch: key.epoch },
    });
  assert(index >= 0 && index < header.chunkCount, "an index of this blob");
  const expected = sealedByteLength(chunkPlaintextByteLength(header, index));
  if (bytes.length !== expected)
    return err({
      type: "Malformed",
      what: "blob chunk",
      expected: `${expected} bytes`,
      got: `${bytes.length}`,
      at: 0,
    });
  const opened = open(key.blobs, surroundingsOf(header, index), splitSealed(bytes));
  if (!opened.ok) return opened;
  return unpadChunk(ref, index, opened.value);
};

const unpadChunk = (
  { header, byteLength }: Pick<BlobRef, "header" | "byteLength">,
  index: number,
  plaintext: Uint8Array,
): Result<Uint8Array, Malformed> =>
  decode({ what: "blob padding", byteLengthMax: plaintext.length }, plaintext, (from) => {
    if (paddedByteLength(byteLength) !== header.paddedByteLength)
      from.refuse(`a content padded to ${header.paddedByteLength}`, `${byteLength} bytes`);
    if (index === 0) {
      const inside = from.u64();
      if (inside !== byteLength) from.refuse(`${byteLength} bytes of content`, `${inside}`);
    }
    const { start, end } = chunkContentRange(index, byteLength);
    const content = from.view(end - start);
    refuseFilling(from);
    return content;
  });

/** Seals a content that is in memory. A file is better sealed chunk by chunk. */
export const sealBlob = (
  deps: { readonly randomBytes: RandomBytes },
  key: VaultKey,
  content: Uint8Array,
): { readonly ref: BlobRef; readonly chunks: readonly Uint8Array[] } => {
  const byteLength = content.length;
  const header = createBlobHeader(deps, key, byteLength);
  const chunks = Array.from({ length: header.chunkCount }, (_, index) => {
    const { start, end } = chunkContentRange(index, byteLength);
    return sealChunk(deps, key, header, {
      index,
      byteLength,
      content: content.subarray(start, end),
    });
  });
  const id = blobIdOf(header, chunks.map(chunkHashOf));
  return { ref: { id, header, byteLength }, chunks };
};

/** Opens a blob whose chunks are all in memory. */
export const openBlob = (
  key: VaultKey,
  ref: BlobRef,
  chunks: readonly Uint8Array[],
): Result<Uint8Array, BlobError> => {
  const checked = checkBlob(ref, chunks.map(chunkHashOf));
  if (!checked.ok) return checked;
  const contents: Uint8Array[] = [];
  for (const [index, chunk] of chunks.entries()) {
    const opened = openChunk(key, ref, index, chunk);
    if (!opened.ok) return opened;
    contents.push(opened.value);
  }
  return ok(concatBytes(...contents));
};
