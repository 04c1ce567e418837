/**
 * The editing of one long text, in the shape of the trace that CRDTs are compared by ("B4", the LaTeX
 * source of a paper): single characters, mostly one behind the other, corrections right behind, and
 * now and then a jump. Made from a seed, since the trace itself is nobody's to copy here.
 */
import { createDraw } from "./seeded.ts";

/** As many as the trace has. */
export const traceEditCount = 259_778;
/** 77,463 of its 259,778 delete. */
const deletionShare = 0.298;
/** So long a stretch is typed at one place, on the average. */
const stretchLength = 40;
/** Deletions come in stretches too, shorter ones. */
const deletionLength = 12;

export interface TraceEdit {
  readonly at: number;
  readonly isDeletion: boolean;
}

export const createTrace = (seed: number, count: number): readonly TraceEdit[] => {
  const draw = createDraw(seed);
  const edits: TraceEdit[] = [];
  let length = 0;
  let cursor = 0;
  // Stretches of deletions are shorter, so there have to be more of them for their share.
  const odds = deletionShare / deletionLength;
  const deletionOdds = odds / (odds + (1 - deletionShare) / stretchLength);
  while (edits.length < count) {
    const isDeletion = draw() < deletionOdds && length > stretchLength;
    // Most stretches go on where the one before ended.
    if (draw() < 0.4) cursor = Math.floor(draw() * (length + 1));
    const mean = isDeletion ? deletionLength : stretchLength;
    let left = Math.min(count - edits.length, 1 + Math.floor(draw() * 2 * mean));
    if (isDeletion && cursor < left) cursor = Math.min(length, left);
    if (isDeletion) left = Math.min(left, cursor);
    for (; left > 0; left--) {
      if (isDeletion) cursor -= 1;
      edits.push({ at: cursor, isDeletion });
      if (!isDeletion) cursor += 1;
      length += isDeletion ? -1 : 1;
    }
  }
  return edits;
};
