/** Makes the edits durable that wait by then, in one commit. */
import { createDraft } from "./draft.ts";
import type { VaultContext } from "./context.ts";
import { type Edit, writeEdits } from "./outbox.ts";
import { tidyDocuments } from "./tidyDocuments.ts";

export const byteLengthOf = (edits: readonly Pick<Edit, "update">[]): number =>
  edits.reduce((sum, { update }) => sum + update.length, 0);

export const writePending = async (context: VaultContext): Promise<void> => {
  const { memory, deps } = context;
  const { beside } = memory;
  // What is edited during the commit stays.
  const edits = [...memory.pending];
  if (edits.length === 0 && beside.length === 0) return;
  const draft = createDraft(memory);
  draft.write(...beside);
  const written = await writeEdits(memory, draft, edits);
  const committed = written.ok ? await draft.commit() : written;
  context.saveError = committed.ok ? undefined : committed.error;
  if (!written.ok || !committed.ok) return context.tryLater();
  memory.beside = [];
  memory.pending = memory.pending.slice(edits.length);
  memory.nextNumber += written.value.length;
  memory.waiting.push(...written.value);
  deps.link.dirty(memory.vault, byteLengthOf(written.value));
  await tidyDocuments(memory, draft.touched);
  deps.onDocuments(draft.touched);
  return deps.onChange();
};
