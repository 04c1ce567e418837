/**
 * Yjs's number for who wrote an operation, bound to the chain that carries it: nobody passes operations
 * off as another's, and two copies of one device cannot go on under one number, after which Yjs would
 * hold two texts for equal.
 */
import { chainIds, type ChainId } from "./ids.ts";
import { hash16 } from "./hash.ts";
import { labels } from "./labels.ts";

/** 53 bits, which is what Yjs and its formats carry. */
const highBits = 0x1f_ffff;
const highFactor = 0x1_0000_0000;

/** `doc` is the document's id, in bytes. */
export const clientIdOf = (chain: ChainId, doc: Uint8Array): number => {
  const hash = hash16(labels.clientId, chainIds.toBytes(chain), doc);
  const view = new DataView(hash.buffer, hash.byteOffset);
  return (view.getUint32(4, true) & highBits) * highFactor + view.getUint32(0, true);
};
