/** Yjs's number for a chain in a document. It is a hash, and asked for several times with every update. */
import { clientIdOf } from "@duro/crypto";
import { type ChainId, type DocId, docIds } from "@duro/protocol";

/** More than a device has open at once. */
const knownCountMax = 16_384;

const known = new Map<`${ChainId}${DocId}`, number>();

export const clientIdIn = (chain: ChainId, doc: DocId): number => {
  const key = `${chain}${doc}` as const;
  const before = known.get(key);
  if (before !== undefined) return before;
  if (known.size >= knownCountMax) known.clear();
  const clientId = clientIdOf(chain, docIds.toBytes(doc));
  known.set(key, clientId);
  return clientId;
};
