/**
 * Prose that is saved whole becomes the smallest edit: so two people who change two paragraphs at once
 * both keep theirs, and a save without a change writes nothing.
 */
import type * as Y from "yjs";
import { memoryOrigin } from "../memory.ts";
import { textOf } from "../store.ts";

const isLowSurrogate = (unit: number): boolean => unit >= 0xdc00 && unit <= 0xdfff;

export const setText = (doc: Y.Doc, target: Y.Text, wanted: string): void => {
  const before = textOf(target);
  const after = wanted.toWellFormed();
  if (before === after) return;
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && before[start] === after[start]) start += 1;
  // Yjs replaces both halves of a pair that an edit splits.
  if (isLowSurrogate(before.charCodeAt(start)) || isLowSurrogate(after.charCodeAt(start)))
    start = Math.max(0, start - 1);
  let end = 0;
  while (end < shorter - start && before.at(-1 - end) === after.at(-1 - end)) end += 1;
  if (end > 0 && isLowSurrogate(after.charCodeAt(after.length - end))) end -= 1;
  doc.transact(() => {
    if (before.length > start + end) target.delete(start, before.length - start - end);
    if (after.length > start + end) target.insert(start, after.slice(start, after.length - end));
  }, memoryOrigin);
};
