/**
 * What two devices compare: a fresh, garbage-collected document that a state was loaded into. Encodings
 * of live documents differ though they say the same; those of fresh ones do not, in V1 as in V2, however
 * the state came to be. No root type of it is ever asked for, so Yjs cleans up no formatting in it.
 */
import { err, ok, type Result } from "@duro/crypto/types";
import { docDigestOf } from "@duro/crypto/verify";
import * as Y from "yjs";
import { type FormedState, StateForm } from "./stateForm.ts";

/** It refers to operations that are not in it. */
interface StatePending {
  readonly type: "StatePending";
}

/** Yjs cannot load it. */
interface StateBroken {
  readonly type: "StateBroken";
}

export type LoadError = StatePending | StateBroken;

const load = (apply: (doc: Y.Doc) => void): Result<Y.Doc, LoadError> => {
  const doc = new Y.Doc({ gc: true });
  try {
    apply(doc);
  } catch {
    return err({ type: "StateBroken" });
  }
  const { pendingStructs, pendingDs } = doc.store;
  return pendingStructs === null && pendingDs === null ? ok(doc) : err({ type: "StatePending" });
};

/** `state` is one or several V1 updates merged. */
export const loadFresh = (state: Uint8Array): Result<Y.Doc, LoadError> =>
  load((doc) => Y.applyUpdate(doc, state));

/** It has been looked through (`checkPacked`): Yjs alone bounds nothing. */
export const loadPacked = ({ form, packed }: FormedState): Result<Y.Doc, LoadError> =>
  form === StateForm.V1 ? loadFresh(packed) : load((doc) => Y.applyUpdateV2(doc, packed));

/** Of a document in which nothing was ever written; whoever has none of that id agrees with it. */
export const emptyState: Uint8Array = Y.encodeStateAsUpdate(new Y.Doc());

/** Of a document of which anything is known: what two devices compare. */
export const digestOfState = (state: Uint8Array): Result<Uint8Array, LoadError> => {
  const doc = loadFresh(state);
  return doc.ok ? ok(docDigestOf(Y.encodeStateAsUpdate(doc.value))) : doc;
};
