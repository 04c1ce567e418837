/**
 * Merges a document's many small updates into fewer larger ones, a hundred of one size into one of the
 * next: what a document costs to load grows with its size, not with how often it was edited, and no
 * update is merged more often than the logarithm of their number.
 */
import type { DocId } from "@duro/protocol";
import { updateKey, updatesOfLevel } from "../store/keys.ts";
import type { DocumentRow } from "../store/rows.ts";
import { mergeUpdates } from "../updates/mergeUpdates.ts";
import { structCountIn } from "../updates/updateCost.ts";
import { createDraft, type VaultRows } from "./draft.ts";

const mergedAtOnceCount = 100;

export const tidyDocuments = async (rows: VaultRows, docs: readonly DocId[]): Promise<void> => {
  for (const doc of docs)
    for (;;) {
      const row = rows.documents.get(doc);
      const level =
        row?.levels.findIndex(({ updateCount }) => updateCount >= mergedAtOnceCount) ?? -1;
      if (row === undefined || level === -1) break;
      if (!(await mergeLevel(rows, doc, row, level))) return;
    }
};

/** False: the store has no room for it, which costs nothing but time later on. */
const mergeLevel = async (
  rows: VaultRows,
  doc: DocId,
  row: DocumentRow,
  level: number,
): Promise<boolean> => {
  const { vault, store } = rows;
  const range = updatesOfLevel(vault, doc, level);
  const entries = await store.range("updates", range, row.levels[level]?.updateCount ?? 0);
  const merged = mergeUpdates(entries.map(({ value }) => value));
  const draft = createDraft(rows);
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
  return (await draft.commit()).ok;
};
