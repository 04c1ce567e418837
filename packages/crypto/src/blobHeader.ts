/**
 * The clear header of a blob, and what a signed envelope says of one. Pure: the relay and the frames
 * read it too. docs/crypto.md §6.
 */
import { decode, type Malformed, type Reader } from "./bytes/reader.ts";
import { encode, type Writer } from "./bytes/writer.ts";
import { type BlobId, blobIds, type VaultId, vaultIds } from "./ids.ts";
import { paddedByteLength, padmeByteLength } from "./padding.ts";
import { err, type Result } from "./result.ts";
import { blobChunkCountMax, blobChunkPlaintextByteLength, paddedByteLengthMin } from "./sizes.ts";
import { readVersion, unsupported, type VersionUnsupported, writeVersion } from "./version.ts";

export const blobSaltByteLength = 32;

export interface BlobHeader {
  readonly vault: VaultId;
  readonly epoch: number;
  /** Random: no two blobs share a chunk's surroundings. */
  readonly salt: Uint8Array;
  readonly chunkCount: number;
  /** Of all chunks' plaintexts together, padding included. */
  readonly paddedByteLength: number;
}

/** What a signed envelope says of a blob. */
export interface BlobRef {
  readonly id: BlobId;
  readonly header: BlobHeader;
  /** Of the content, padding taken off. */
  readonly byteLength: number;
}

const headerByteLengthMax = 128;

export const chunkCountOf = (padded: number): number =>
  Math.ceil(padded / blobChunkPlaintextByteLength);

const writeBlobHeader = (to: Writer, header: BlobHeader): void => {
  writeVersion(to);
  vaultIds.write(to, header.vault);
  to.u32(header.epoch);
  to.bytes(header.salt);
  to.u32(header.chunkCount);
  to.u64(header.paddedByteLength);
};

const readBlobHeader = (from: Reader): BlobHeader => {
  readVersion(from);
  const vault = vaultIds.read(from);
  const epoch = from.u32();
  if (epoch === 0) from.refuse("an epoch from 1", "0");
  const salt = from.bytes(blobSaltByteLength);
  const chunkCount = from.u32();
  const padded = from.u64();
  if (padded < paddedByteLengthMin || padmeByteLength(padded) !== padded)
    from.refuse("a padded length", `${padded}`);
  if (chunkCount > blobChunkCountMax)
    from.refuse(`at most ${blobChunkCountMax} chunks`, `${chunkCount}`);
  if (chunkCount !== chunkCountOf(padded))
    from.refuse(`${chunkCountOf(padded)} chunks for ${padded} bytes`, `${chunkCount}`);
  return { vault, epoch, salt, chunkCount, paddedByteLength: padded };
};

export const encodeBlobHeader = (header: BlobHeader): Uint8Array =>
  encode((to) => writeBlobHeader(to, header));

export const decodeBlobHeader = (
  bytes: Uint8Array,
): Result<BlobHeader, Malformed | VersionUnsupported> => {
  const newer = unsupported("blob", bytes);
  if (newer) return err(newer);
  return decode({ what: "blob header", byteLengthMax: headerByteLengthMax }, bytes, readBlobHeader);
};

export const writeBlobRef = (to: Writer, ref: BlobRef): void => {
  blobIds.write(to, ref.id);
  writeBlobHeader(to, ref.header);
  to.varUint(ref.byteLength);
};

export const readBlobRef = (from: Reader): BlobRef => {
  const id = blobIds.read(from);
  const header = readBlobHeader(from);
  const byteLength = from.varUint(header.paddedByteLength);
  if (paddedByteLength(byteLength) !== header.paddedByteLength)
    from.refuse(`a content padded to ${header.paddedByteLength}`, `${byteLength} bytes`);
  return { id, header, byteLength };
};
