/**
 * Merges a document's many small updates into fewer larger ones, a hundred of one size into one of the
 * next: what a document costs to load grows with its size, not with how often it was edited, and no
 * update is merged more often than the logarithm of their number.
 */
import type { DocId } from "@duro/protocol";
import { updateKey, updatesOfLevel } from "../store/keys.ts";
import type { DocumentRow } from "../store/rows.ts";
import { mergeEdits } from "../updates/mergeUpdates.ts";
import { structCountIn } from "../updates/updateCost.ts";
import { createDraft, type Draft, type VaultRows } from "./draft.ts";

const mergedAtOnceCount = 100;

export const isTidy = (rows: VaultRows, doc: DocId): boolean => fullLevelOf(rows, doc) === -1;

const fullLevelOf = ({ documents }: VaultRows, doc: DocId): number =>
  documents.get(doc)?.levels.findIndex(({ updateCount }) => updateCount >= mergedAtOnceCount) ?? -1;

/** One level of each document, and then the next, as long as there is one that is full. */
export const tidyDocuments = async (rows: VaultRows, docs: readonly DocId[]): Promise<void> => {
  for (;;) {
    const draft = createDraft(rows);
    for (const doc of docs) {
      const row = rows.documents.get(doc);
      const level = fullLevelOf(rows, doc);
      if (row !== undefined && level !== -1) await mergeLevel(rows, draft, doc, row, level);
    }
    if (draft.isEmpty) return;
    // Where it is lost it is done again. Where the store has no room for it, that costs nothing but time later on.
    if (!(await draft.commit({ durability: "later" })).ok) return;
  }
};

const mergeLevel = async (
  { vault, store }: VaultRows,
  draft: Draft,
  doc: DocId,
  row: DocumentRow,
  level: number,
): Promise<void> => {
  const range = updatesOfLevel(vault, doc, level);
  const entries = await store.range("updates", range, row.levels[level]?.updateCount ?? 0);
  const merged = mergeEdits(entries.map(({ value }) => value));
  draft.write(
    { kind: "deleteRange", table: "updates", ...range },
    {
      kind: "put",
      table: "updates",
      key: updateKey(vault, doc, level + 1, row.nextNumber),
      value: merged,
    },
  );
  const levels = [...row.levels];
  const above = levels[level + 1] ?? { updateCount: 0, structCount: 0 };
  levels[level] = { updateCount: 0, structCount: 0 };
  levels[level + 1] = {
    updateCount: above.updateCount + 1,
    structCount: above.structCount + structCountIn(merged),
  };
  draft.setDocument(doc, { ...row, levels, nextNumber: row.nextNumber + 1 });
};
