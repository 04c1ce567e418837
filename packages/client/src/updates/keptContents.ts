/** What of one operation of ours is carried over: all that our own edits did not delete again. */
import * as Y from "yjs";
import { type Deletions, spansWithin } from "./deletions.ts";

type Content = Y.Item["content"];

/** Of its clocks from `from` on. A deletion that does not count does not matter, where the content is still there. */
export const keptContents = (
  { id, length, content, deleted }: Y.Item,
  from: number,
  deletions: Deletions,
): readonly Content[] => {
  if (!deleted) return [contentBetween(content, from, length)];
  // Forgotten by Yjs.
  if (content instanceof Y.ContentDeleted) return [];
  const contents: Content[] = [];
  let start = from;
  const clocks = { from: id.clock + from, end: id.clock + length };
  for (const span of spansWithin(deletions, id.client, clocks)) {
    const end = Math.min(length, span.from - id.clock);
    if (start < end) contents.push(contentBetween(content, start, end));
    start = Math.max(start, span.end - id.clock);
  }
  if (start < length) contents.push(contentBetween(content, start, length));
  return contents;
};

const contentBetween = (content: Content, from: number, end: number): Content => {
  if (from === 0 && end === content.getLength()) return content;
  const head = content.copy();
  if (end < content.getLength()) head.splice(end);
  return from === 0 ? head : head.splice(from);
};
