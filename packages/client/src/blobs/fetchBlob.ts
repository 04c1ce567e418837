/**
 * Brings a blob from the relay to the shelf and hands its content on. Each chunk is opened as it comes,
 * which shows that it was sealed for this place; that the whole is the blob that was named shows at the end.
 */
import { openChunk, type VaultKey, type WrongBlobKey } from "@duro/crypto";
import { type BlobRef, err, ok, type Result, sizes } from "@duro/crypto/types";
import { checkBlob, chunkHashOf } from "@duro/crypto/verify";
import { BlobAction, blobRoutes } from "@duro/protocol";
import type { FetchError } from "./blobErrors.ts";
import { type BlobRequests, createBlobRequests, type TransferDeps } from "./blobRequests.ts";
import type { BlobShelf } from "./blobShelf.ts";
import type { OnProgress } from "./progress.ts";

export interface FetchDeps<E> extends TransferDeps<E> {
  readonly shelf: BlobShelf;
  readonly vaultKey: VaultKey;
}

export interface FetchOptions {
  /** The content, part by part in order. It counts only once the whole is fetched. */
  readonly take?: (content: Uint8Array) => void | Promise<void>;
  readonly onProgress?: OnProgress;
}

/** May be called again after any failure: what is on the shelf by then is not fetched again. */
export const fetchBlob = async <E>(
  deps: FetchDeps<E>,
  ref: BlobRef,
  { take = () => {}, onProgress = () => {} }: FetchOptions = {},
): Promise<Result<void, FetchError<E>>> => {
  const { header } = ref;
  const { chunkCount } = header;
  const wrongKey = keyMismatch(deps.vaultKey, header);
  if (wrongKey !== undefined) return err(wrongKey);
  const request = createBlobRequests(deps, BlobAction.Read, { vault: header.vault, blob: ref.id });
  const hashes: Uint8Array[] = [];
  for (let index = 0; index < chunkCount; index++) {
    const chunk =
      (await fromShelf(deps, ref, index)) ?? (await fromRelay(deps, request, ref, index));
    if (!chunk.ok) return chunk;
    hashes.push(chunk.value.hash);
    await take(chunk.value.content);
    onProgress({ doneChunkCount: index + 1, chunkCount });
  }
  const checked = checkBlob(ref, hashes);
  // Sealed under the vault's key and yet not what was named: no chunk of it is worth keeping.
  if (!checked.ok) await deps.shelf.drop(header);
  return checked;
};

/** Before anything is fetched for nothing: who named the blob may have named another vault's. */
const keyMismatch = (key: VaultKey, header: BlobRef["header"]): WrongBlobKey | undefined =>
  key.vault === header.vault && key.epoch === header.epoch
    ? undefined
    : {
        type: "WrongBlobKey",
        expected: { vault: header.vault, epoch: header.epoch },
        got: { vault: key.vault, epoch: key.epoch },
      };

interface OpenedChunk {
  readonly content: Uint8Array;
  readonly hash: Uint8Array;
}

/** Undefined: it is not there, or the disk has spoilt it. */
const fromShelf = async <E>(
  { shelf, vaultKey }: FetchDeps<E>,
  ref: BlobRef,
  index: number,
): Promise<Result<OpenedChunk, never> | undefined> => {
  const sealed = await shelf.get(ref.header, index);
  if (sealed === undefined) return undefined;
  const opened = openChunk(vaultKey, ref, index, sealed);
  return opened.ok ? ok({ content: opened.value, hash: chunkHashOf(sealed) }) : undefined;
};

const fromRelay = async <E>(
  { shelf, vaultKey }: FetchDeps<E>,
  request: BlobRequests<E>,
  ref: BlobRef,
  index: number,
): Promise<Result<OpenedChunk, FetchError<E>>> => {
  const answered = await request({
    route: blobRoutes.getChunk,
    index,
    status: 200,
    answerByteLengthMax: sizes.blobChunkByteLengthMax,
  });
  if (!answered.ok) return answered;
  const sealed = answered.value;
  const opened = openChunk(vaultKey, ref, index, sealed);
  if (!opened.ok) return err({ type: "ChunkBroken", index, cause: opened.error });
  const kept = await shelf.put(ref.header, index, sealed);
  return kept.ok ? ok({ content: opened.value, hash: chunkHashOf(sealed) }) : kept;
};
