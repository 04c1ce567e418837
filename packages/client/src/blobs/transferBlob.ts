/** A content to the relay and back in one go, on a shelf in memory. */
import type { RandomBytes, VaultKey } from "@duro/crypto";
import { type BlobRef, err, ok, type Result } from "@duro/crypto/types";
import type { ContentTooLong, FetchError, SealError, UploadError } from "./blobErrors.ts";
import type { TransferDeps } from "./blobRequests.ts";
import { createMemoryShelf } from "./blobShelf.ts";
import type { BlobContent } from "./contentParts.ts";
import { fetchBlob } from "./fetchBlob.ts";
import type { OnProgress } from "./progress.ts";
import { sealToShelf } from "./sealToShelf.ts";
import { uploadBlob } from "./uploadBlob.ts";

export interface PutBlobDeps<E> extends TransferDeps<E> {
  readonly vaultKey: VaultKey;
  readonly randomBytes: RandomBytes;
}

export const putBlob = async <E>(
  deps: PutBlobDeps<E>,
  content: BlobContent,
  onProgress?: OnProgress,
): Promise<Result<BlobRef, SealError | UploadError<E>>> => {
  const shelf = createMemoryShelf();
  const sealed = await sealToShelf({ ...deps, shelf }, deps.vaultKey, content);
  if (!sealed.ok) return sealed;
  const uploaded = await uploadBlob({ ...deps, shelf }, sealed.value, onProgress);
  return uploaded.ok ? sealed : uploaded;
};

export interface GetBlobDeps<E> extends TransferDeps<E> {
  /** Of the epoch that the blob names. */
  readonly vaultKey: VaultKey;
}

export interface GetBlobOptions {
  /** Whoever names a blob says how long it is. */
  readonly byteLengthMax: number;
  readonly onProgress?: OnProgress;
}

export const getBlob = async <E>(
  deps: GetBlobDeps<E>,
  ref: BlobRef,
  { byteLengthMax, onProgress = () => {} }: GetBlobOptions,
): Promise<Result<Uint8Array, FetchError<E> | ContentTooLong>> => {
  const { byteLength } = ref;
  if (byteLength > byteLengthMax) return err({ type: "ContentTooLong", byteLength, byteLengthMax });
  const content = new Uint8Array(byteLength);
  let at = 0;
  const fetched = await fetchBlob({ ...deps, shelf: createMemoryShelf() }, ref, {
    take: (part) => {
      content.set(part, at);
      at += part.length;
    },
    onProgress,
  });
  return fetched.ok ? ok(content) : fetched;
};
