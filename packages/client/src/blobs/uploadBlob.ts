/** Brings a sealed blob from the shelf to the relay: announces it, and sends the chunks that it lacks. */
import {
  type BlobRef,
  concatBytes,
  encodeBlobHeader,
  err,
  ok,
  type Result,
} from "@duro/crypto/types";
import { chunkHashOf } from "@duro/crypto/verify";
import { type Announcement, BlobAction, blobRoutes, bytesToBase64url } from "@duro/protocol";
import { bytesToJson, fieldOf } from "../http/json.ts";
import { refusalByteLengthMax } from "../http/readRefusal.ts";
import type { UploadError } from "./blobErrors.ts";
import { type BlobRequests, createBlobRequests, type TransferDeps } from "./blobRequests.ts";
import type { BlobShelf } from "./blobShelf.ts";
import type { OnProgress } from "./progress.ts";

export interface UploadDeps<E> extends TransferDeps<E> {
  readonly shelf: BlobShelf;
}

/** The status of a blob of which every chunk is missing. */
const statusByteLengthMax = 131_072;

/** May be called again after any failure: what the relay has by then is not sent again. */
export const uploadBlob = async <E>(
  deps: UploadDeps<E>,
  ref: BlobRef,
  onProgress: OnProgress = () => {},
): Promise<Result<void, UploadError<E>>> => {
  const { header, id: blob } = ref;
  const { chunkCount } = header;
  const request = createBlobRequests(deps, BlobAction.Write, { vault: header.vault, blob });
  const hashes = await hashesOf(deps.shelf, ref);
  if (!hashes.ok) return hashes;
  const announced = await announce(request, ref, hashes.value);
  if (!announced.ok) return announced;
  let doneChunkCount = chunkCount - announced.value.length;
  onProgress({ doneChunkCount, chunkCount });
  for (const index of announced.value) {
    const bytes = await deps.shelf.get(header, index);
    if (bytes === undefined) return err({ type: "ChunkNotKept", index });
    const put = await request({
      route: blobRoutes.putChunk,
      index,
      body: { type: "application/octet-stream", bytes },
      status: 204,
      answerByteLengthMax: refusalByteLengthMax,
    });
    if (!put.ok) return put;
    doneChunkCount += 1;
    onProgress({ doneChunkCount, chunkCount });
  }
  return ok(undefined);
};

const hashesOf = async (
  shelf: BlobShelf,
  { header }: BlobRef,
): Promise<Result<readonly Uint8Array[], UploadError<never>>> => {
  const hashes: Uint8Array[] = [];
  for (let index = 0; index < header.chunkCount; index++) {
    const bytes = await shelf.get(header, index);
    if (bytes === undefined) return err({ type: "ChunkNotKept", index });
    hashes.push(chunkHashOf(bytes));
  }
  return ok(hashes);
};

/** The indexes that are missing at the relay. */
const announce = async <E>(
  request: BlobRequests<E>,
  { header }: BlobRef,
  hashes: readonly Uint8Array[],
): Promise<Result<readonly number[], UploadError<E>>> => {
  const announcement: Announcement = {
    header: bytesToBase64url(encodeBlobHeader(header)),
    chunkHashes: bytesToBase64url(concatBytes(...hashes)),
  };
  const answered = await request({
    route: blobRoutes.announceBlob,
    body: {
      type: "application/json",
      bytes: new TextEncoder().encode(JSON.stringify(announcement)),
    },
    status: 200,
    answerByteLengthMax: statusByteLengthMax,
  });
  if (!answered.ok) return answered;
  const missing = readMissing(answered.value, header.chunkCount);
  return missing === undefined ? err({ type: "AnswerUnreadable", status: 200 }) : ok(missing);
};

/** Undefined unless they are indexes of this blob, rising. */
const readMissing = (body: Uint8Array, chunkCount: number): readonly number[] | undefined => {
  const missing = fieldOf(bytesToJson(body), "missing");
  if (!Array.isArray(missing)) return undefined;
  const indexes: number[] = [];
  for (const index of missing as readonly unknown[]) {
    const isNext =
      typeof index === "number" &&
      Number.isInteger(index) &&
      index > (indexes.at(-1) ?? -1) &&
      index < chunkCount;
    if (!isNext) return undefined;
    indexes.push(index);
  }
  return indexes;
};
