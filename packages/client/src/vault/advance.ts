/**
 * Lets everything count that can: each chain in its own order, and one after the other again as long as
 * one of them brought what another waited for.
 */
import { assert } from "@duro/crypto/types";
import type { VerifiedEnvelope } from "@duro/crypto/verify";
import type { ChainId, DocId } from "@duro/protocol";
import type { ChainRow } from "../store/rows.ts";
import { countEnvelope } from "./countEnvelope.ts";
import type { Draft, VaultRows } from "./draft.ts";
import { readRun } from "./readRun.ts";
import { deviceOf, type HoldReason, limitOf, type VaultView } from "./view.ts";

/** A chain that waits, and for what. */
export interface Hold {
  readonly why: HoldReason;
  readonly seq: number;
  readonly doc?: DocId;
  readonly missing?: ReadonlyMap<number, number>;
}

export interface Advanced {
  /** Of every chain that waits now. */
  readonly holds: ReadonlyMap<ChainId, Hold>;
  /** Something is left that could count: the commit was getting long. */
  readonly isMore: boolean;
}

/** Then what is counted so far is committed first, so that memory stays bounded. */
const countedMax = 4_096;

export const advance = async (
  rows: VaultRows,
  view: VaultView,
  draft: Draft,
  chains: Iterable<ChainId>,
): Promise<Advanced> => {
  const holds = new Map<ChainId, Hold>();
  const budget = { left: countedMax };
  let waiting = [...chains];
  for (;;) {
    let isProgress = false;
    const still: ChainId[] = [];
    for (const chain of waiting) {
      const before = draft.chain(chain)?.counted;
      const hold = await advanceChain(rows, view, draft, chain, budget);
      isProgress ||= draft.chain(chain)?.counted !== before;
      if (hold === undefined) holds.delete(chain);
      else holds.set(chain, hold);
      if (hold?.why === "what it refers to") still.push(chain);
    }
    if (budget.left <= 0) return { holds, isMore: true };
    if (!isProgress || still.length === 0) return { holds, isMore: false };
    waiting = still;
  }
};

const advanceChain = async (
  rows: VaultRows,
  view: VaultView,
  draft: Draft,
  chain: ChainId,
  budget: { left: number },
): Promise<Hold | undefined> => {
  for (;;) {
    const row = draft.chain(chain);
    assert(row !== undefined, "a chain that is looked at is known");
    const seq = row.counted + 1;
    if (seq > row.head.at || row.voidAt > 0 || budget.left <= 0) return undefined;
    const limit = limitOf(view, row);
    if (limit.kind === "held") return { why: limit.why, seq };
    if (limit.kind === "end" && seq > limit.seq) return undefined;
    for (const envelope of await readOn(rows, view, draft, row)) {
      const at = draft.chain(chain) ?? row;
      const { head } = envelope;
      if (limit.kind === "end") {
        if (head.seq > limit.seq) return undefined;
        if (head.seq === limit.seq && envelope.id !== limit.id)
          return { why: "another branch of its chain", seq: head.seq };
      }
      await view.nextTurn();
      const counted = await countEnvelope(view, draft, at, envelope);
      budget.left -= 1;
      if (counted.kind === "void") {
        draft.setChain({ ...at, voidAt: head.seq });
        draft.voids.push({ row: at, seq: head.seq, why: counted.why });
        return undefined;
      }
      if (counted.kind === "held")
        return {
          why: counted.why,
          seq: head.seq,
          ...(counted.doc === undefined ? {} : { doc: counted.doc }),
          ...(counted.missing === undefined ? {} : { missing: counted.missing }),
        };
      draft.setChain({ ...at, counted: head.seq, lastLogIndex: counted.logIndex });
    }
  }
};

/** The next envelopes: those of this very job, or a page of the store. */
const readOn = async (
  rows: VaultRows,
  view: VaultView,
  draft: Draft,
  row: ChainRow,
): Promise<readonly VerifiedEnvelope[]> => {
  const staged: VerifiedEnvelope[] = [];
  for (let seq = row.counted + 1; ; seq += 1) {
    const envelope = draft.staged(row.chain, seq);
    if (envelope === undefined) break;
    staged.push(envelope);
  }
  if (staged.length > 0) return staged;
  const device = deviceOf(view, row);
  assert(device !== undefined, "a chain is kept once its device is known");
  const stored = await readRun(rows, row, device, row.counted + 1);
  assert(stored.length > 0, "what a chain's row names is in the store");
  return stored;
};
