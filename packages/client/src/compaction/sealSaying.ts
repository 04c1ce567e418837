/** Seals what is no edit into our own chain: a checkpoint, or a verdict on one. */
import type { Body } from "@duro/protocol";
import type { Write } from "../ports/localStore.ts";
import { noteBeacons } from "../vault/beaconTimes.ts";
import type { VaultContext } from "../vault/context.ts";
import { createDraft } from "../vault/draft.ts";
import { sealBodies } from "../vault/seal.ts";
import { canSeal } from "../vault/sealNext.ts";

/** In its turn among the jobs. False: not now, and nothing has changed. */
export const sealSaying = async (
  { memory, deps, uploads }: VaultContext,
  body: Body,
  beside: readonly Write[],
  isPurge = false,
): Promise<boolean> => {
  if (!canSeal(memory)) return false;
  const { vault, view, own } = memory;
  const row = memory.chains.get(own.chain);
  const sealed = sealBodies(deps.owner, { vault, view, own, row }, [body], isPurge);
  const draft = createDraft(memory);
  draft.addSealed(sealed.row, sealed.envelopes);
  draft.write(...beside);
  const noted = noteBeacons(memory, draft, [{ row: sealed.row, seq: sealed.row.head.at, body }]);
  if (!(await draft.commit()).ok) return false;
  noted();
  uploads.sealed(own.chain, sealed.envelopes);
  deps.onChange();
  return true;
};
