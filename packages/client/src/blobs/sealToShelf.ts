/** Seals a content chunk by chunk onto a shelf; in memory is one chunk at a time. */
import { createBlobHeader, type RandomBytes, sealChunk, type VaultKey } from "@duro/crypto";
import { type BlobRef, err, ok, type Result } from "@duro/crypto/types";
import { blobIdOf, chunkHashOf } from "@duro/crypto/verify";
import type { SealError } from "./blobErrors.ts";
import type { BlobShelf } from "./blobShelf.ts";
import { type BlobContent, contentParts } from "./contentParts.ts";

export interface SealDeps {
  readonly shelf: BlobShelf;
  readonly randomBytes: RandomBytes;
}

/** What came to nothing leaves nothing on the shelf. At most `blobByteLengthMax` go into one. */
export const sealToShelf = async (
  { shelf, randomBytes }: SealDeps,
  vaultKey: VaultKey,
  content: BlobContent,
): Promise<Result<BlobRef, SealError>> => {
  const { byteLength } = content;
  const header = createBlobHeader({ randomBytes }, vaultKey, byteLength);
  const hashes: Uint8Array[] = [];
  const giveUp = async (error: SealError): Promise<Result<never, SealError>> => {
    await shelf.drop(header);
    return err(error);
  };
  for await (const part of contentParts(content, header.chunkCount)) {
    if (!part.ok) return giveUp(part.error);
    const index = hashes.length;
    const chunk = { index, byteLength, content: part.value };
    const sealed = sealChunk({ randomBytes }, vaultKey, header, chunk);
    const kept = await shelf.put(header, index, sealed);
    if (!kept.ok) return giveUp(kept.error);
    hashes.push(chunkHashOf(sealed));
  }
  return ok({ id: blobIdOf(header, hashes), header, byteLength });
};
