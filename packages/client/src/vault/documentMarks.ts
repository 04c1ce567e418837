/** Whether what counts of a document has changed, without reading it. */
import type { DocId } from "@duro/protocol";
import { docOfKey, documentKey, documentsOf } from "../store/keys.ts";
import { readRange } from "../store/readRange.ts";
import { decodeDocumentRow, type DocumentRow } from "../store/rows.ts";
import type { VaultRows } from "./draft.ts";

/** Of every document that is here. */
export const documentMarks = async ({
  store,
  vault,
}: VaultRows): Promise<ReadonlyMap<DocId, string>> => {
  const rows = await readRange(store, "documents", documentsOf(vault));
  return new Map(rows.map(({ key, value }) => [docOfKey(key), markOf(decodeDocumentRow(value))]));
};

/** Undefined: nothing of it is here. */
export const documentMark = async (
  { store, vault, documents }: VaultRows,
  doc: DocId,
): Promise<string | undefined> => {
  const known = documents.get(doc);
  if (known !== undefined) return known.nextNumber === 0 ? undefined : markOf(known);
  const stored = await store.get("documents", documentKey(vault, doc));
  return stored === undefined ? undefined : markOf(decodeDocumentRow(stored));
};

/**
 * Every update raises the number; one that only deletes changes no clock. Who wrote how much tells
 * documents apart that were counted anew.
 */
const markOf = ({ nextNumber, clocks, levels }: DocumentRow): string => {
  let written = 0;
  for (const [client, clock] of clocks)
    written = (written + Math.imul(client ^ Math.imul(clock, spread), spread)) | 0;
  const structCount = levels.reduce((sum, level) => sum + level.structCount, 0);
  return [nextNumber, clocks.size, written, structCount].join(".");
};

/** An odd number without pattern: what it is multiplied with differs in all of its bits. */
const spread = 0x9e3779b1;
