/**
 * Merges the edits that wait, where there are many: as long as there is no relay they grow with every
 * command, and each start reads them. Of each document only the last ones, as far as they are small, so
 * that no edit comes before one that it builds on.
 */
import type { DocId } from "@duro/protocol";
import type { Write } from "../ports/localStore.ts";
import { outboxKey } from "../store/keys.ts";
import { mergeEdits } from "../updates/mergeUpdates.ts";
import { createDraft } from "./draft.ts";
import { outboxWrites, readEdits, type Waiting, type WaitingEdit, waitingOf } from "./outbox.ts";
import type { VaultMemory } from "./vaultMemory.ts";

/** Merging so many takes about 10 ms, and it is done no more often than they come. */
export const smallCountMax = 256;
/** Reading one in place of some hundred small ones is what it is for; more would be merged again and again. */
const smallByteLengthMax = 16_384;

export const tidyOutbox = async (memory: VaultMemory): Promise<void> => {
  const { vault, waiting } = memory;
  if (waiting.length <= smallCountMax) return;
  const small = lastSmall(memory);
  const docCount = new Set(small.map(({ doc }) => doc)).size;
  if (small.length - docCount < smallCountMax) return;
  // In their order, whatever document they are of.
  const edits = await readEdits(memory, small);
  const merged = mergedOf(edits, memory.nextNumber);
  const draft = createDraft(memory);
  draft.write(
    ...edits.map(({ number }): Write => ({
      kind: "delete",
      table: "outbox",
      key: outboxKey(vault, number),
    })),
    ...outboxWrites(vault, merged),
  );
  // Where the store has no room for it, it costs nothing but time later on.
  if (!(await draft.commit({ durability: "later" })).ok) return;
  const gone = new Set(edits.map(({ number }) => number));
  memory.nextNumber += merged.length;
  memory.waiting = [
    ...memory.waiting.filter(({ number }) => !gone.has(number)),
    ...merged.map(waitingOf),
  ];
};

const lastSmall = ({ waiting, own }: VaultMemory): readonly Waiting[] => {
  const ended = new Set<DocId>();
  const small = waiting.toReversed().filter(({ doc, author, isApplied, byteLength }) => {
    const isSmall = isApplied && author === own.chain && byteLength <= smallByteLengthMax;
    if (!isSmall) ended.add(doc);
    return isSmall && !ended.has(doc);
  });
  return small.toReversed();
};

const mergedOf = (edits: readonly WaitingEdit[], firstNumber: number): readonly WaitingEdit[] => {
  const merged: WaitingEdit[] = [];
  const add = (parts: readonly WaitingEdit[]): void => {
    const [first] = parts;
    if (first === undefined) return;
    const update = mergeEdits(parts.map((part) => part.update));
    merged.push({ ...first, update, number: firstNumber + merged.length });
  };
  for (const ofDoc of Map.groupBy(edits, ({ doc }) => doc).values()) {
    let parts: WaitingEdit[] = [];
    let byteLength = 0;
    for (const edit of ofDoc) {
      parts.push(edit);
      byteLength += edit.update.length;
      if (byteLength <= mergedByteLengthMax) continue;
      add(parts);
      parts = [];
      byteLength = 0;
    }
    add(parts);
  }
  return merged;
};

/** A part of what one envelope holds. */
const mergedByteLengthMax = 131_072;
