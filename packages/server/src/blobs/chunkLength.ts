/** How long a blob's chunks are: its header decides, so a chunk of any other length is refused. */
import { type BlobHeader, sizes } from "@duro/crypto/types";

/** What sealing puts around a chunk's plaintext. */
const sealByteLength = sizes.blobChunkByteLengthMax - sizes.blobChunkPlaintextByteLength;

/** All but the last are full. */
export const chunkByteLengthOf = (header: BlobHeader, index: number): number =>
  sealByteLength +
  Math.min(
    sizes.blobChunkPlaintextByteLength,
    header.paddedByteLength - index * sizes.blobChunkPlaintextByteLength,
  );

/** Of all chunks together: what the relay keeps. */
export const blobByteLengthOf = (header: BlobHeader): number =>
  header.paddedByteLength + header.chunkCount * sealByteLength;
