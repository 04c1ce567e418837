/**
 * An author who brings the same clocks twice, with other contents: Yjs keeps what a document has, and where
 * updates are merged before, it may keep the other. So what was brought before is cut off.
 */
import type { ClockRange } from "@duro/protocol";
import * as Y from "yjs";

/** From that clock of the author on, and what it deletes. */
export const newPart = (
  update: Uint8Array,
  brings: ClockRange | undefined,
  authorClock: number,
): Uint8Array => {
  if (brings === undefined || brings.from >= authorClock) return update;
  return Y.diffUpdate(update, Y.encodeStateVector(new Map([[brings.clientId, authorClock]])));
};
