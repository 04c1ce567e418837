/**
 * What applying an update can cost at the worst, known before. Yjs compares each new operation with all
 * that contest its place, so hostile work grows with the product of what comes and what is there; an
 * honest update costs a few microseconds for each operation.
 */
import type { UpdateShape } from "@duro/protocol";
import * as Y from "yjs";

/** 0.3 µs for each in the worst update that we know: 0.6 s. */
const contestedPairsMax = 2_000_000;
/** A deletion splits what is there and moves what stands behind it, 0.6 ns each: 0.6 s. */
const movedPairsMax = 1_000_000_000;

export const isCheap = (
  { structCount, deletionCount }: Pick<UpdateShape, "structCount" | "deletionCount">,
  presentCount: number,
): boolean =>
  structCount * (presentCount + structCount) <= contestedPairsMax &&
  deletionCount * (presentCount + deletionCount) <= movedPairsMax;

/** How many structs a document has. */
export const structCountOf = (doc: Y.Doc): number => {
  let count = 0;
  for (const structs of doc.store.clients.values()) count += structs.length;
  return count;
};

/** The same of an update. */
export const structCountIn = (update: Uint8Array): number => Y.decodeUpdate(update).structs.length;
