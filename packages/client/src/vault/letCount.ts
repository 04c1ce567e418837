/** Commits what a job found, tells the documents that are open, and lets count whatever can now. */
import { type ChainId, OpenReason } from "@duro/protocol";
import { advance } from "./advance.ts";
import { noteBeacons } from "./beaconTimes.ts";
import type { VaultContext } from "./context.ts";
import type { Durability, Write } from "../ports/localStore.ts";
import { createDraft, type Draft } from "./draft.ts";
import { canSettle, settle } from "./rebuild.ts";
import { byteLengthOf, writePending } from "./writePending.ts";

/** False: nothing of it was kept. */
export const finish = async (
  context: VaultContext,
  draft: Draft,
  durability: Durability = "now",
): Promise<boolean> => {
  if (draft.isEmpty) return true;
  // What came from the relay comes again; what we say of it waits for the disk, and takes it along.
  const committed = await draft.commit({ durability });
  if (!committed.ok) {
    context.tryLater();
    return false;
  }
  for (const [doc, updates] of draft.applied) context.docs.apply(doc, updates);
  context.tidying.touched(draft.touched);
  if (draft.touched.length > 0) context.deps.onDocuments(draft.touched);
  context.deps.onChange();
  return true;
};

/** In as many commits as it takes, so that memory stays bounded. */
export const letCount = async (
  context: VaultContext,
  draft: Draft,
  chains: Iterable<ChainId>,
): Promise<boolean> => {
  const { memory } = context;
  const looked = new Set(chains);
  for (let now = draft; ; now = createDraft(memory)) {
    const { holds, isMore } = await advance(memory, memory.view, now, looked);
    const seen = await context.watch.look(now, holds);
    now.write(...seen.writes);
    const noted = noteBeacons(
      memory,
      now,
      now.said.map(({ row, envelope, body }) => ({ row, seq: envelope.head.seq, body })),
    );
    if (!(await finish(context, now, seen.durability))) return false;
    noted();
    seen.done();
    const others = [...memory.holds].filter(([chain]) => !looked.has(chain));
    memory.holds = new Map([...others, ...holds]);
    if (!isMore) return true;
  }
};

export const letAllCount = async (context: VaultContext): Promise<void> => {
  const { memory } = context;
  const isDone = await letCount(context, createDraft(memory), memory.chains.keys());
  if (isDone && memory.isApart && canSettle(memory)) await putTogether(context, OpenReason.Cut);
};

/**
 * Our edits are in the documents again, and what is not durable of it yet waits to be. `then`: what we
 * say of our chain is not as it was, so another begins; goes with the commit that says so.
 */
export const putTogether = async (
  context: VaultContext,
  reason: OpenReason,
  then?: Write,
): Promise<void> => {
  const { memory, deps, docs, uploads } = context;
  const former = memory.own.chain;
  await settle(memory, deps.owner, docs, reason, then === undefined ? undefined : true);
  if (then !== undefined) memory.beside = [...memory.beside, then];
  // Nothing of a new chain is anywhere yet.
  if (memory.own.chain !== former) uploads.again(memory.own.chain, 0);
  context.watch.own.chainChanged();
  await writePending(context);
  deps.onDocuments(undefined);
  sealable(context);
};

/** What could not be sealed may be now. */
export const sealable = (context: VaultContext): void => {
  const { memory, deps } = context;
  if (!context.isSealLater || memory.waiting.length === 0) return;
  context.isSealLater = false;
  deps.link.dirty(memory.vault, byteLengthOf(memory.waiting));
};
