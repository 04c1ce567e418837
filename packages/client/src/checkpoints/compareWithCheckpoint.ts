/**
 * What an attester says of a checkpoint, from its own states at the same coverage. It packs its own and
 * compares bytes: what the other packed never reaches Yjs, so a hostile checkpoint has nothing to attack.
 * An honest one is the same bytes, since fresh documents of one state encode alike.
 */
import { bytesAreEqual, err, ok, type Result } from "@duro/crypto/types";
import { docDigestOf } from "@duro/crypto/verify";
import { type AttestPlaintext, type DocId, limits, Verdict } from "@duro/protocol";
import {
  type BlobNotOpened,
  type OpenBlob,
  openCheckpoint,
  type OpenedCheckpoint,
} from "./openCheckpoint.ts";
import type { DocState, DocUnpackable, PackedCheckpoint } from "./packCheckpoint.ts";
import type { StateForm } from "./stateForm.ts";
import { groupByteLengthMaxWith } from "./checkpointLimits.ts";
import { packedNothing, type PackedState, packState } from "./packedState.ts";

export interface AttestSays extends AttestPlaintext {
  readonly verdict: Verdict;
}

interface OwnDoc {
  readonly digest: Uint8Array;
  readonly form: StateForm;
  /** Of the packed bytes, which are too many to keep; stays in memory. */
  readonly packedHash: Uint8Array;
  readonly packedByteLength: number;
}

/** `own`: in any order, each document once. An error is no verdict. */
export const compareWithCheckpoint = async <E>(
  own: AsyncIterable<DocState>,
  checkpoint: PackedCheckpoint,
  openBlob: OpenBlob<E>,
): Promise<Result<AttestSays, DocUnpackable | BlobNotOpened<E>>> => {
  const ownDocs = await packOwn(own);
  if (!ownDocs.ok) return ownDocs;
  const byteLengths = [...ownDocs.value.values()].map(({ packedByteLength }) => packedByteLength);
  const largest = byteLengths.reduce((a, b) => Math.max(a, b), 0);
  // No group of documents like ours is longer: thousands of others would keep us inflating for hours.
  const opened = openCheckpoint(checkpoint, openBlob, groupByteLengthMaxWith(largest));
  const differing = new Set(ownDocs.value.keys());
  for (const doc of opened.inPlace) {
    const isSame = await holds(opened, doc, ownDocs.value.get(doc) ?? nothingWritten);
    if (!isSame.ok) return isSame;
    if (isSame.value) differing.delete(doc);
    else differing.add(doc);
  }
  return ok(saying([...differing].toSorted()));
};

const packOwn = async (
  own: AsyncIterable<DocState>,
): Promise<Result<ReadonlyMap<DocId, OwnDoc>, DocUnpackable>> => {
  const docs = new Map<DocId, OwnDoc>();
  let at = 0;
  for await (const { doc, state } of own) {
    const packed = packState(state);
    if (!packed.ok) return err({ type: "DocUnpackable", at, cause: packed.error });
    at += 1;
    if (packed.value !== undefined) docs.set(doc, ownDocOf(packed.value));
  }
  return ok(docs);
};

const ownDocOf = ({ digest, form, packed }: PackedState): OwnDoc => ({
  digest,
  form,
  packedHash: docDigestOf(packed),
  packedByteLength: packed.length,
});

/** A document that is not here, and one in which nothing was ever written, are the same. */
const nothingWritten = ownDocOf(packedNothing);

const holds = async <E>(
  opened: OpenedCheckpoint<E>,
  doc: DocId,
  own: OwnDoc,
): Promise<Result<boolean, BlobNotOpened<E>>> => {
  const digest = opened.digestOf(doc);
  if (digest === undefined || !bytesAreEqual(own.digest, digest)) return ok(false);
  const packed = await opened.packed(doc);
  if (packed.ok)
    return ok(
      packed.value.form === own.form &&
        bytesAreEqual(docDigestOf(packed.value.packed), own.packedHash),
    );
  return packed.error.type === "BlobNotOpened" ? err(packed.error) : ok(false);
};

/** A few thousand names say enough, and more do not fit. */
const saying = (differing: readonly DocId[]): AttestSays => ({
  verdict: differing.length === 0 ? Verdict.Ok : Verdict.Mismatch,
  mismatches: differing.slice(0, limits.docsPerCheckpointMax),
});
