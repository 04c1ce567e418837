/** Documents, and blobs that are sealed as they are and kept in memory. */
import { openBlob as openSealed, sealBlob, type BlobError } from "@duro/crypto";
import { someVaultKey } from "@duro/crypto/testing/samples";
import { seededRandomBytes } from "@duro/crypto/testing/seededRandomBytes";
import { type BlobId, type BlobRef, err, ok } from "@duro/crypto/types";
import { type DocId, docIds } from "@duro/protocol";
import * as Y from "yjs";
import type { OpenBlob } from "../openCheckpoint.ts";
import type { DocState, PutBlob } from "../packCheckpoint.ts";

/** Rises with its number. */
export const docOf = (number: number): DocId => {
  const bytes = new Uint8Array(docIds.byteLength).fill(0x44);
  new DataView(bytes.buffer).setUint32(4, number);
  return docIds.fromBytes(bytes);
};

/** By number. */
export async function* docsOf(
  states: readonly (Uint8Array | undefined)[],
): AsyncGenerator<DocState> {
  for (const [at, state] of states.entries()) {
    await Promise.resolve();
    if (state !== undefined) yield { doc: docOf(at), state };
  }
}

export const stateOf = (edit: (doc: Y.Doc) => void, clientId = 1): Uint8Array => {
  const doc = new Y.Doc();
  doc.clientID = clientId;
  edit(doc);
  return Y.encodeStateAsUpdate(doc);
};

/** Letters that no deflate makes much smaller. */
const noise = (byteLength: number, seed = "noise"): string =>
  Array.from(seededRandomBytes(seed)(byteLength), (byte) =>
    String.fromCharCode(48 + (byte % 64)),
  ).join("");

export const noisyState = (byteLength: number, seed?: string): Uint8Array =>
  stateOf((doc) => doc.getText("text").insert(0, noise(byteLength, seed)));

interface BlobGone {
  readonly type: "BlobGone";
}

export interface MemoryBlobs {
  readonly put: PutBlob<never>;
  readonly open: OpenBlob<BlobError | BlobGone>;
  /** As they were put, in that order. */
  readonly contents: readonly Uint8Array[];
  readonly refs: readonly BlobRef[];
  /** Those that were opened, one time after the other. */
  readonly opened: BlobId[];
  readonly gone: Set<BlobId>;
}

export const createMemoryBlobs = (seed = "blobs"): MemoryBlobs => {
  const deps = { randomBytes: seededRandomBytes(seed) };
  const key = someVaultKey(deps);
  const chunksById = new Map<BlobId, readonly Uint8Array[]>();
  const contents: Uint8Array[] = [];
  const refs: BlobRef[] = [];
  const opened: BlobId[] = [];
  const gone = new Set<BlobId>();
  return {
    contents,
    refs,
    opened,
    gone,
    put: (content) => {
      const { ref, chunks } = sealBlob(deps, key, content);
      chunksById.set(ref.id, chunks);
      contents.push(content);
      refs.push(ref);
      return Promise.resolve(ok(ref));
    },
    open: (ref) => {
      opened.push(ref.id);
      const chunks = gone.has(ref.id) ? undefined : chunksById.get(ref.id);
      return Promise.resolve(
        chunks === undefined ? err({ type: "BlobGone" }) : openSealed(key, ref, chunks),
      );
    },
  };
};
