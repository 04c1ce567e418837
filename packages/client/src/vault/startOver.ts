/** Begins anew with what counts: behind a cut, or where our own chain went on elsewhere. */
import { OpenReason } from "@duro/protocol";
import type { VaultContext } from "./context.ts";
import { createDraft } from "./draft.ts";
import { letAllCount, letCount, putTogether } from "./letCount.ts";
import { takeApart } from "./rebuild.ts";
import { writePending } from "./writePending.ts";

export const countAnew = async (context: VaultContext): Promise<void> => {
  const { memory } = context;
  await writePending(context);
  const apart = await takeApart(memory, undefined);
  if (!apart.ok) return context.tryLater();
  memory.holds = new Map();
  return letAllCount(context);
};

/**
 * A store that may forget was not closed in order: what we had sent of our chain may be gone here. What was
 * kept of our edits goes under another one.
 */
export const goOnAfterLoss = async (context: VaultContext): Promise<void> => {
  const { memory } = context;
  const apart = await takeApart(memory, undefined);
  if (!apart.ok) return context.tryLater();
  memory.holds = new Map();
  if (await letCount(context, createDraft(memory), memory.chains.keys()))
    await putTogether(context, OpenReason.StoreLost);
};

/** Our chain is somebody else's from that seq on; we go on under another. */
export const goOnElsewhere = async (context: VaultContext, fromSeq: number): Promise<boolean> => {
  const { memory, deps, uploads } = context;
  deps.onOwnChainElsewhere(memory.own.chain);
  await writePending(context);
  const apart = await takeApart(memory, fromSeq);
  if (!apart.ok) {
    context.tryLater();
    return false;
  }
  memory.holds = new Map();
  if (!(await letCount(context, createDraft(memory), memory.chains.keys()))) return false;
  await putTogether(context, OpenReason.Cloned);
  memory.isDoubtful = false;
  if (context.relayHas !== undefined) uploads.start(context.relayHas);
  return true;
};
