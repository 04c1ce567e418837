/** The updates of a document, as they lie in the store: older ones first. */
import type { DocId } from "@duro/protocol";
import { formerKey, updatesOf } from "../store/keys.ts";
import { readRange } from "../store/readRange.ts";
import { readEdits } from "./outbox.ts";
import type { VaultMemory } from "./vaultMemory.ts";

export const loadCounted = async (
  { store, vault }: VaultMemory,
  doc: DocId,
): Promise<readonly Uint8Array[]> => {
  const rows = await readRange(store, "updates", updatesOf(vault, doc));
  return rows.map(({ value }) => value);
};

/** While what counts is being counted anew, the document as it was, our edits in it. */
export const loadUpdates = async (
  memory: VaultMemory,
  doc: DocId,
): Promise<readonly Uint8Array[]> => {
  const { store, vault, isApart } = memory;
  const counted = await loadCounted(memory, doc);
  if (!isApart) return counted;
  const former = await store.get("facts", formerKey(vault, doc));
  const edits = await readEdits(
    memory,
    memory.waiting.filter((edit) => edit.doc === doc),
  );
  const waiting = edits.map(({ update }) => update);
  return [...(former === undefined ? [] : [former]), ...counted, ...waiting];
};
