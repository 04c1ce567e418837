/** Whether bytes are the chunk that was announced. Asked before anything is stored. */
import { type BlobHeader, bytesAreEqual, err, ok, type Result } from "@duro/crypto/types";
import { chunkHashOf } from "@duro/crypto/verify";
import { refused, type Refused } from "@duro/protocol";
import { chunkByteLengthOf } from "./chunkLength.ts";

export interface AnnouncedChunk {
  readonly header: BlobHeader;
  readonly index: number;
  readonly hash: Uint8Array;
}

export const checkChunk = (
  { header, index, hash }: AnnouncedChunk,
  bytes: Uint8Array,
): Result<void, Refused> => {
  const expected = chunkByteLengthOf(header, index);
  if (bytes.length !== expected)
    return err(refused("BlobMismatch", { what: "chunk length", expected, got: bytes.length }));
  return bytesAreEqual(chunkHashOf(bytes), hash)
    ? ok(undefined)
    : err(refused("BlobMismatch", { what: "chunk hash", index }));
};
