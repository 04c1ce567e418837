/** Makes the edits durable that wait by then, in one commit; sealed, where nothing is under way. */
import { createDraft } from "./draft.ts";
import type { VaultContext } from "./context.ts";
import { outboxWrites, type Waiting, waitingOf, writeEdits } from "./outbox.ts";
import { noteTold, sealAtOnce, type SealedEdits } from "./sealNext.ts";
import { takeBack } from "./takeBack.ts";
import { tidyOutbox } from "./tidyOutbox.ts";

export const byteLengthOf = (waiting: readonly Waiting[]): number =>
  waiting.reduce((sum, { byteLength }) => sum + byteLength, 0);

export const writePending = async (context: VaultContext): Promise<void> => {
  const { memory, deps } = context;
  const { vault, beside } = memory;
  // What is edited during the commit stays.
  const edits = [...memory.pending];
  if (edits.length === 0 && beside.length === 0) return;
  const draft = createDraft(memory);
  const watched = context.watch.carry();
  draft.write(...beside, ...watched.writes);
  const written = await writeEdits(memory, draft, edits);
  if (!written.ok) {
    await takeBack(context, written.error);
    return writePending(context);
  }
  const sealed = maySeal(context)
    ? sealAtOnce(memory, deps.owner, draft, written.value)
    : undefined;
  if (sealed === undefined) draft.write(...outboxWrites(vault, written.value));
  const committed = await draft.commit();
  context.saveError = committed.ok ? undefined : committed.error;
  if (!committed.ok) return context.tryLater();
  watched.done();
  memory.beside = [];
  memory.pending = memory.pending.slice(edits.length);
  memory.nextNumber += written.value.length;
  if (sealed === undefined) {
    const waiting = written.value.map(waitingOf);
    memory.waiting.push(...waiting);
    deps.link.dirty(vault, byteLengthOf(waiting));
  } else {
    noteTold(memory, sealed);
    afterSealing(context, sealed);
  }
  context.tidying.touched(draft.touched);
  await tidyOutbox(memory);
  deps.onDocuments(draft.touched);
  return deps.onChange();
};

/** The relay waits for it, and has said how far the vault's log goes. */
const maySeal = ({ memory, deps, relayHas }: VaultContext): boolean =>
  relayHas !== undefined && deps.isLogHere() && deps.link.isIdle(memory.vault);

/** It is durable: now others may see it. */
export const afterSealing = (context: VaultContext, sealed: SealedEdits): void => {
  const { memory, beacons, watch, uploads } = context;
  beacons.active();
  watch.own.said(sealed.row.head.at, sealed.seen);
  uploads.sealed(memory.own.chain, sealed.envelopes);
};
