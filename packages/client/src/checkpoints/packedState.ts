/** One document as a checkpoint holds it: a fresh document in one of its forms, and the digest of its V1. */
import { bytesAreEqual, err, ok, type Result } from "@duro/crypto/types";
import { docDigestOf } from "@duro/crypto/verify";
import * as Y from "yjs";
import { checkPacked, type PackedInvalid } from "./checkPacked.ts";
import { emptyState, type LoadError, loadFresh, loadPacked } from "./freshDoc.ts";
import { type FormedState, StateForm } from "./stateForm.ts";

export interface PackedState extends FormedState {
  readonly digest: Uint8Array;
}

/** Other content than its digest says. */
interface DigestMismatch {
  readonly type: "DigestMismatch";
}

export type UnpackError = LoadError | PackedInvalid | DigestMismatch;

/** What a document in which nothing was ever written would be. */
export const packedNothing: PackedState = {
  digest: docDigestOf(emptyState),
  form: StateForm.V2,
  packed: Y.encodeStateAsUpdateV2(new Y.Doc()),
};

/**
 * In the shorter form that reads back: what does not is written by nobody, since bodies are dropped behind
 * it. Undefined: nothing was ever written in it, so it is not worth a word.
 */
export const packState = (state: Uint8Array): Result<PackedState | undefined, UnpackError> => {
  const doc = loadFresh(state);
  if (!doc.ok) return doc;
  const canonical = Y.encodeStateAsUpdate(doc.value);
  if (bytesAreEqual(canonical, emptyState)) return ok(undefined);
  const digest = docDigestOf(canonical);
  const short = { digest, form: StateForm.V2, packed: Y.encodeStateAsUpdateV2(doc.value) };
  if (unpackState(short).ok) return ok(short);
  const plain = { digest, form: StateForm.V1, packed: canonical };
  const read = unpackState(plain);
  return read.ok ? ok(plain) : read;
};

/** Without placing anything; undefined: it cannot be read so. */
const asV1 = ({ form, packed }: FormedState): Uint8Array | undefined => {
  if (form === StateForm.V1) return packed;
  try {
    return Y.convertUpdateFormatV2ToV1(packed);
  } catch {
    return undefined;
  }
};

/** The state as V1. */
export const unpackState = (state: PackedState): Result<Uint8Array, UnpackError> => {
  const checked = checkPacked(state);
  if (!checked.ok) return checked;
  // What has the digest is the state, and need not be loaded: most of the time of a newcomer.
  const converted = asV1(state);
  if (converted !== undefined && bytesAreEqual(docDigestOf(converted), state.digest))
    return ok(converted);
  const doc = loadPacked(state);
  if (!doc.ok) return doc;
  let canonical: Uint8Array;
  try {
    canonical = Y.encodeStateAsUpdate(doc.value);
  } catch {
    // It loaded, and holds what cannot be written.
    return err({ type: "StateBroken" });
  }
  return bytesAreEqual(docDigestOf(canonical), state.digest)
    ? ok(canonical)
    : err({ type: "DigestMismatch" });
};
