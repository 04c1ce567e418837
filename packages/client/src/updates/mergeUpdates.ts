/** Many updates as one, in time that grows with their number and not with its square. */
import * as Y from "yjs";
import { joinEdits, joinTexts } from "./joinTexts.ts";

/** Yjs sorts what it merges after every struct: quadratic, so it gets no more than this at once. */
const mergedAtOnceCount = 100;

/** Contiguous updates of one author come out as one update of that author, which `readUpdate` takes. */
export const mergeUpdates = (updates: readonly Uint8Array[]): Uint8Array => {
  let level = updates;
  while (level.length > mergedAtOnceCount) {
    const merged: Uint8Array[] = [];
    for (let at = 0; at < level.length; at += mergedAtOnceCount)
      merged.push(Y.mergeUpdates(level.slice(at, at + mergedAtOnceCount)));
    level = merged;
  }
  return joinTexts(Y.mergeUpdates([...level]));
};

/** What was edited here, in its order: nothing has to be sorted. One alone Yjs itself has joined. */
export const mergeEdits = (updates: readonly Uint8Array[]): Uint8Array => {
  const [only] = updates;
  if (only !== undefined && updates.length === 1) return only;
  return joinEdits(updates) ?? mergeUpdates(updates);
};
