/**
 * Whether an update may be given to Yjs: known to be cheap, or tried in a worker before. One that took too
 * long waits, and is tried again with more time, each time later: it may be honest and this machine slow.
 */
import type { ChainId, DocId, VaultId } from "@duro/protocol";
import type { Clock } from "../ports/clock.ts";
import type { ApplyGuard } from "../updates/applyGuard.ts";
import { isCheap } from "../updates/updateCost.ts";
import type { VaultView } from "./view.ts";

export interface GuardedApplyDeps {
  readonly vault: VaultId;
  readonly guard: ApplyGuard;
  readonly clock: Clock;
  /** The document's updates, as they are in the store. */
  readonly load: (doc: DocId) => Promise<readonly Uint8Array[]>;
}

interface Tried {
  readonly count: number;
  readonly notBeforeMs: number;
}

const firstBudgetMs = 500;
/** The vault's other jobs wait meanwhile. */
const budgetMsMax = 4_000;
const firstPauseMs = 60_000;

export const createGuardedApply = (deps: GuardedApplyDeps): VaultView["mayApply"] => {
  const { vault, guard, clock, load } = deps;
  const triedByChain = new Map<ChainId, Tried>();

  return async (draft, chain, change) => {
    const { doc, update } = change;
    const tried = triedByChain.get(chain);
    if (tried !== undefined && clock.nowMs() < tried.notBeforeMs) return false;
    const { levels, clocks, nextNumber } = await draft.document(doc);
    const structCount = levels.reduce((sum, level) => sum + level.structCount, 0);
    const authorClock = change.brings === undefined ? 0 : (clocks.get(change.brings.clientId) ?? 0);
    // Whatever changes a document counts it up, here or elsewhere.
    const at = { document: `${vault}${doc}`, changeCount: nextNumber };
    if (isCheap(change, { structCount, authorClock })) {
      guard.passed({ ...at, update });
      return true;
    }
    const count = tried?.count ?? 0;
    const state = async (): Promise<readonly Uint8Array[]> => [
      ...(await load(doc)),
      ...(draft.applied.get(doc) ?? []),
    ];
    const budgetMs = Math.min(budgetMsMax, firstBudgetMs * 2 ** count);
    const applied = await guard.apply({ ...at, state, updates: [update] }, budgetMs);
    if (applied.ok) {
      triedByChain.delete(chain);
      return true;
    }
    const notBeforeMs = clock.nowMs() + firstPauseMs * 2 ** Math.min(count, 10);
    triedByChain.set(chain, { count: count + 1, notBeforeMs });
    return false;
  };
};
