/**
 * Gives the packed documents of a checkpoint one by one: opens the blob that holds one when it is asked
 * for, inflates its group within bounds, and keeps the last of both, so whoever takes all in the order
 * of `inPlace` opens each once. Hands hostile bytes on as bytes; nothing here is loaded into Yjs.
 */
import { type BlobRef, err, type Malformed, ok, type Result } from "@duro/crypto/types";
import type { DocEntry, DocId } from "@duro/protocol";
import { inflate } from "../bytes/inflate.ts";
import { groupByteLengthMax } from "./checkpointLimits.ts";
import { decodeGroup, type PackedDoc } from "./docGroup.ts";
import type { PackedCheckpoint } from "./packCheckpoint.ts";
import type { PackedState } from "./packedState.ts";

/** The checkpoint has no such document. */
interface DocNotInCheckpoint {
  readonly type: "DocNotInCheckpoint";
}

/** What lies where the checkpoint says is no group of documents, or not with this one in it. */
interface GroupBroken {
  readonly type: "GroupBroken";
  readonly cause: Malformed | { readonly type: "NotDeflated" } | DocNotInCheckpoint;
}

/** Not had, or not the blob that was named: no verdict on the checkpoint, it is fetched again. */
export interface BlobNotOpened<E> {
  readonly type: "BlobNotOpened";
  readonly cause: E;
}

/** The whole content of a blob. */
export type OpenBlob<E> = (blob: BlobRef) => Promise<Result<Uint8Array, E>>;

export type PackedError<E> = BlobNotOpened<E> | GroupBroken | DocNotInCheckpoint;

export interface OpenedCheckpoint<E> {
  /** Every document of it in the order in which they lie. */
  readonly inPlace: readonly DocId[];
  /** As the checkpoint says, without looking. */
  digestOf(doc: DocId): Uint8Array | undefined;
  packed(doc: DocId): Promise<Result<PackedState, PackedError<E>>>;
}

export const openCheckpoint = <E>(
  { blobs, docs }: PackedCheckpoint,
  openBlob: OpenBlob<E>,
  inflatedByteLengthMax = groupByteLengthMax,
): OpenedCheckpoint<E> => {
  const entries = new Map(docs.map((entry) => [entry.doc, entry]));
  const contentOf = keepLast(
    async (entry: DocEntry): Promise<Result<Uint8Array, BlobNotOpened<E> | GroupBroken>> => {
      const ref = blobs[entry.blob];
      if (ref === undefined) return notThere;
      const content = await openBlob(ref);
      return content.ok ? content : err({ type: "BlobNotOpened", cause: content.error });
    },
  );
  const groupOf = keepLast(async (entry: DocEntry) => {
    const content = await contentOf(`${entry.blob}`, entry);
    return content.ok ? readGroup(content.value, entry, inflatedByteLengthMax) : content;
  });
  return {
    inPlace: docs.toSorted((a, b) => a.blob - b.blob || a.offset - b.offset).map(({ doc }) => doc),
    digestOf: (doc) => entries.get(doc)?.digest,
    packed: async (doc) => {
      const entry = entries.get(doc);
      if (entry === undefined) return err({ type: "DocNotInCheckpoint" });
      const group = await groupOf(`${entry.blob}/${entry.offset}/${entry.byteLength}`, entry);
      if (!group.ok) return group;
      const found = group.value.find((packed) => packed.doc === doc);
      return found === undefined ? notThere : ok({ ...found, digest: entry.digest });
    },
  };
};

const broken = (cause: GroupBroken["cause"]): Result<never, GroupBroken> =>
  err({ type: "GroupBroken", cause });

const notThere = broken({ type: "DocNotInCheckpoint" });

const readGroup = async (
  content: Uint8Array,
  { offset, byteLength }: DocEntry,
  inflatedByteLengthMax: number,
): Promise<Result<readonly PackedDoc[], GroupBroken>> => {
  const deflated = content.subarray(offset, offset + byteLength);
  const inflated = await inflate(deflated, inflatedByteLengthMax);
  if (inflated === undefined) return broken({ type: "NotDeflated" });
  const group = decodeGroup(inflated);
  return group.ok ? group : broken(group.error);
};

/** What failed is tried again. Two who ask for different ones at once each get theirs. */
const keepLast = <Of, T, E>(make: (of: Of) => Promise<Result<T, E>>) => {
  let last: { readonly name: string; readonly made: Promise<Result<T, E>> } | undefined;
  return async (name: string, of: Of): Promise<Result<T, E>> => {
    const kept = last?.name === name ? last : { name, made: make(of) };
    last = kept;
    const made = await kept.made;
    if (!made.ok && last === kept) last = undefined;
    return made;
  };
};
