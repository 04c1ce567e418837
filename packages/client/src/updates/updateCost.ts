/**
 * What applying an update can cost at the worst, known before. Yjs compares each new operation with all
 * that contest its place, so hostile work grows with the product of what comes and what is there; an
 * honest update costs a few microseconds for each operation.
 */
import type { UpdateShape } from "@duro/protocol";
import * as Y from "yjs";
import { contests } from "./contests.ts";

/** 0.3 µs for each in the worst update that we know: 0.6 s. */
const contestedPairsMax = 2_000_000;
/** A deletion splits what is there and moves what stands behind it, 0.6 ns each: 0.6 s. */
const movedPairsMax = 1_000_000_000;
/** What looks at nothing but itself costs some µs for each operation, in one turn of the event loop. */
const structCountMax = 10_000;

export type Costing = Pick<UpdateShape, "brings" | "structCount" | "deletionCount"> & {
  readonly update: Uint8Array;
};

/** What the document has: how many operations, and how far it is with the update's author. */
export interface Present {
  readonly structCount: number;
  readonly authorClock: number;
}

export const isCheap = (change: Costing, present: Present): boolean => {
  const { structCount, deletionCount } = change;
  const movesLittle = (count: number): boolean =>
    count * (present.structCount + count) <= movedPairsMax;
  if (!movesLittle(deletionCount)) return false;
  if (structCount * (present.structCount + structCount) <= contestedPairsMax) return true;
  // Each may contest a place with all others, or stand where nobody does: for that one has to look.
  if (structCount > structCountMax || change.brings === undefined) return false;
  const { clientId, from } = change.brings;
  const ownFrom = Math.max(from, present.authorClock);
  const found = contests(change.update, { clientId, from: ownFrom }, present.structCount);
  return (
    found !== undefined &&
    found.pairCount <= contestedPairsMax &&
    movesLittle(deletionCount + found.splitCount)
  );
};

/** How many structs a document has. */
export const structCountOf = (doc: Y.Doc): number => {
  let count = 0;
  for (const structs of doc.store.clients.values()) count += structs.length;
  return count;
};

/** The same of an update. */
export const structCountIn = (update: Uint8Array): number => Y.decodeUpdate(update).structs.length;
