/**
 * Packs documents into the blobs of a checkpoint, one after the other: in memory are the document at
 * hand, a group and a blob, however many there are. Seals and sends nothing itself.
 */
import { assert, type BlobRef, err, ok, type Result } from "@duro/crypto/types";
import { type CheckpointPlaintext, type DocEntry, type DocId, limits } from "@duro/protocol";
import { blobContentByteLengthMin, fillToClass } from "./blobClass.ts";
import { docInGroupByteLength, groupByteLengthMin } from "./checkpointLimits.ts";
import { deflate } from "./deflate.ts";
import { encodeGroup, type PackedDoc } from "./docGroup.ts";
import { packState, type UnpackError } from "./packedState.ts";

export interface DocState {
  readonly doc: DocId;
  /** V1 updates merged: exactly what the checkpoint covers, and nothing that is not sealed yet. */
  readonly state: Uint8Array;
}

/** The document that came at this place, from 0, cannot be packed: no checkpoint without it. */
export interface DocUnpackable {
  readonly type: "DocUnpackable";
  readonly at: number;
  readonly cause: UnpackError;
}

/** More than one checkpoint may hold. */
interface CheckpointTooLarge {
  readonly type: "CheckpointTooLarge";
  readonly what: "documents" | "blobs";
  readonly countMax: number;
}

/** It was not sealed or not stored where it can be fetched. */
interface BlobNotPut<E> {
  readonly type: "BlobNotPut";
  readonly cause: E;
}

export type PackError<E> = DocUnpackable | CheckpointTooLarge | BlobNotPut<E>;

export type PackedCheckpoint = Pick<CheckpointPlaintext, "blobs" | "docs">;

/** Seals a content and sends it where it can be fetched; called once for each blob, one at a time. */
export type PutBlob<E> = (content: Uint8Array) => Promise<Result<BlobRef, E>>;

interface DigestedDoc extends PackedDoc {
  readonly digest: Uint8Array;
}

/** How many a checkpoint may hold; fewer where nobody would wait for as many. */
interface CountsMax {
  readonly docs: number;
  readonly blobs: number;
}

const protocolMax: CountsMax = {
  docs: limits.docsPerCheckpointMax,
  blobs: limits.blobsPerCheckpointMax,
};

/** In any order, each document once. Those in which nothing was ever written are left out. */
export const packCheckpoint = async <E>(
  docs: AsyncIterable<DocState>,
  putBlob: PutBlob<E>,
  countsMax: CountsMax = protocolMax,
): Promise<Result<PackedCheckpoint, PackError<E>>> => {
  const blobs = createBlobWriter(putBlob, countsMax);
  const seen = new Set<DocId>();
  let group: DigestedDoc[] = [];
  let groupByteLength = 0;
  let at = 0;
  for await (const { doc, state } of docs) {
    assert(!seen.has(doc), "a document comes once");
    seen.add(doc);
    const packed = packState(state);
    if (!packed.ok) return err({ type: "DocUnpackable", at, cause: packed.error });
    at += 1;
    if (packed.value === undefined) continue;
    group.push({ doc, ...packed.value });
    groupByteLength += docInGroupByteLength + packed.value.packed.length;
    if (groupByteLength < groupByteLengthMin) continue;
    const added = await blobs.add(group);
    if (!added.ok) return added;
    group = [];
    groupByteLength = 0;
  }
  const added = group.length === 0 ? ok(undefined) : await blobs.add(group);
  return added.ok ? blobs.finish() : added;
};

interface BlobWriter<E> {
  add(group: readonly DigestedDoc[]): Promise<Result<void, PackError<E>>>;
  finish(): Promise<Result<PackedCheckpoint, PackError<E>>>;
}

const createBlobWriter = <E>(putBlob: PutBlob<E>, countsMax: CountsMax): BlobWriter<E> => {
  const blobs: BlobRef[] = [];
  const entries: DocEntry[] = [];
  let parts: Uint8Array[] = [];
  let byteLength = 0;

  const close = async (): Promise<Result<void, CheckpointTooLarge | BlobNotPut<E>>> => {
    if (byteLength === 0) return ok(undefined);
    if (blobs.length === countsMax.blobs) return tooLarge("blobs", countsMax.blobs);
    const put = await putBlob(fillToClass(parts));
    if (!put.ok) return err({ type: "BlobNotPut", cause: put.error });
    blobs.push(put.value);
    parts = [];
    byteLength = 0;
    return ok(undefined);
  };

  return {
    add: async (group) => {
      if (entries.length + group.length > countsMax.docs)
        return tooLarge("documents", countsMax.docs);
      const rising = group.toSorted((a, b) => (a.doc < b.doc ? -1 : 1));
      const deflated = await deflate(encodeGroup(rising));
      if (byteLength + deflated.length > blobContentByteLengthMin(blobs.length)) {
        const closed = await close();
        if (!closed.ok) return closed;
      }
      for (const { doc, digest } of rising)
        entries.push({
          doc,
          blob: blobs.length,
          offset: byteLength,
          byteLength: deflated.length,
          digest,
        });
      parts.push(deflated);
      byteLength += deflated.length;
      return ok(undefined);
    },
    finish: async () => {
      const closed = await close();
      return closed.ok ? ok(inOrder(blobs, entries)) : closed;
    },
  };
};

const tooLarge = (
  what: CheckpointTooLarge["what"],
  countMax: number,
): Result<never, CheckpointTooLarge> => err({ type: "CheckpointTooLarge", what, countMax });

/** Blobs rise by id, which nobody knows before the last one is sealed. */
const inOrder = (blobs: readonly BlobRef[], entries: readonly DocEntry[]): PackedCheckpoint => {
  const rising = blobs.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  const placeById = new Map(rising.map(({ id }, place) => [id, place]));
  assert(placeById.size === blobs.length, "each blob has a salt of its own");
  const placeOf = (index: number): number => {
    const ref = blobs[index];
    const place = ref && placeById.get(ref.id);
    assert(place !== undefined, "an entry names a blob that was put");
    return place;
  };
  return {
    blobs: rising,
    docs: entries
      .map((entry) => ({ ...entry, blob: placeOf(entry.blob) }))
      .toSorted((a, b) => (a.doc < b.doc ? -1 : 1)),
  };
};
