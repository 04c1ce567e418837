/**
 * An edit that could never be sealed goes again, and with it what was made in its document since: the
 * document is replaced by one without it, and everything else goes on. Whoever asks whether it is saved is
 * told.
 */
import type { DocId } from "@duro/protocol";
import type { VaultContext } from "./context.ts";
import { loadUpdates } from "./loadUpdates.ts";
import { type EditRefused, type PendingEdit, readyUpdates } from "./outbox.ts";

/** How often edits of a document were taken back, and why the last time. */
export interface TakenBack {
  readonly count: number;
  readonly last: EditRefused;
}

/** What was made before it stays, to be written. */
export const takeBack = async (context: VaultContext, refused: EditRefused): Promise<void> => {
  const { memory, docs, deps, takenBack } = context;
  const { doc } = refused;
  const kept = keptOf(context, doc);
  const stored = await loadUpdates(memory, doc);
  // From here on nothing waits: what was edited until now was edited behind what goes.
  const anew = docs.makeAnew(doc, [...stored, ...[...kept].map(({ update }) => update)]);
  memory.pending = memory.pending.filter((edit) => edit.doc !== doc || kept.has(edit));
  takenBack.set(doc, { count: (takenBack.get(doc)?.count ?? 0) + 1, last: refused });
  if (anew !== undefined) docs.replace(new Map([[doc, anew]]));
  deps.onDocuments([doc]);
};

const keptOf = ({ memory }: VaultContext, doc: DocId): ReadonlySet<PendingEdit> => {
  const edits = memory.pending.filter((edit) => edit.doc === doc);
  const first = edits.findIndex((edit) => !readyUpdates(memory.own.chain, doc, [edit]).ok);
  return new Set(edits.slice(0, Math.max(0, first)));
};
