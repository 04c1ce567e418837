/**
 * Whether a run may be stored behind what stands, by the rules that clients check again. Pure: it is
 * asked under the store's lock, so what it looks at cannot change before its answer is written.
 */
import type { EnvelopeHead, RecordId } from "@duro/crypto/types";
import {
  type ChainOpening,
  chainStanding,
  checkPlace,
  type IdentityState,
  type Standing,
  type VaultState,
  type VerifiedEnvelope,
} from "@duro/crypto/verify";
import { refused, type Refused } from "@duro/protocol";
import type { StoredChain } from "../ports/chainStore.ts";

/** What a run is judged against. */
export interface Ground {
  readonly state: VaultState;
  /** Of the chain's user, at the pin of the vault's log. */
  readonly identity: IdentityState | undefined;
  readonly opening: ChainOpening;
  readonly stored: StoredChain | undefined;
}

export type Placed =
  /** From this envelope of the run on; those before it are stored already. */
  | { readonly kind: "store"; readonly from: number; readonly after: ChainEnd }
  /** All of it may be stored already: the store must say whether these are the same envelopes. */
  | { readonly kind: "before" }
  /** Another envelope stands where this one would. */
  | { readonly kind: "forked"; readonly at: VerifiedEnvelope }
  | { readonly kind: "refused"; readonly refused: Refused };

/** The chain's newest envelope afterwards. */
interface ChainEnd {
  readonly seq: number;
  readonly headId: VerifiedEnvelope["id"];
  readonly epoch: number;
  readonly logIndex: number;
}

export const placeRun = (ground: Ground, run: readonly VerifiedEnvelope[]): Placed => {
  const first = run[0];
  const last = run.at(-1);
  if (first === undefined || last === undefined) return { kind: "before" };
  const storedSeq = ground.stored?.seq ?? 0;
  if (first.head.seq > storedSeq + 1) return no("ChainGap", { have: storedSeq });
  if (last.head.seq <= storedSeq) return { kind: "before" };
  const from = storedSeq + 1 - first.head.seq;
  const forkedAt = forkOf(ground.stored, run, from);
  if (forkedAt !== undefined) return { kind: "forked", at: forkedAt };
  const uncounted = beyondStanding(ground, last.head);
  if (uncounted !== undefined) return { kind: "refused", refused: uncounted };
  return placeEach(ground, run.slice(from), from);
};

const no = (...refusal: Parameters<typeof refused>): Placed => ({
  kind: "refused",
  refused: refused(...refusal),
});

/** The envelope that stands where another one is stored, or that follows another one. */
const forkOf = (
  stored: StoredChain | undefined,
  run: readonly VerifiedEnvelope[],
  from: number,
): VerifiedEnvelope | undefined => {
  if (stored === undefined) return undefined;
  const overlap = run[from - 1];
  if (overlap !== undefined) return overlap.id === stored.headId ? undefined : overlap;
  const next = run[from];
  return next?.head.previous === stored.headId ? undefined : next;
};

const beyondStanding = (
  { state, identity, opening }: Ground,
  newest: EnvelopeHead,
): Refused | undefined => {
  const standing: Standing = chainStanding(state, identity, opening);
  switch (standing.kind) {
    case "counts":
      return undefined;
    case "cut":
      return newest.seq <= standing.seq ? undefined : refused("ChainCut", { cutAt: standing.seq });
    case "held":
      return refused("LogHeadUnknown", { why: standing.why });
    case "never":
      return standing.why === "foreign chain"
        ? refused("ChainForeign")
        : refused("RoleForbids", { why: standing.why });
  }
};

const placeEach = (
  { state, stored }: Ground,
  fresh: readonly VerifiedEnvelope[],
  from: number,
): Placed => {
  let epoch = stored?.epoch ?? 0;
  let logIndex = stored?.logIndex ?? 0;
  let placedUnder: RecordId | undefined;
  for (const { head } of fresh) {
    if (head.epoch < epoch)
      return no("EnvelopeInvalid", { rule: "epoch never falls", at: head.seq });
    // The same log head and epoch stand at the same place.
    if (head.logHead !== placedUnder || head.epoch !== epoch) {
      const placed = checkPlace(state, logIndex, head);
      if (!placed.ok) return misplaced(placed.error);
      logIndex = placed.value;
      placedUnder = head.logHead;
    }
    epoch = head.epoch;
  }
  const newest = fresh.at(-1);
  if (newest === undefined) return { kind: "before" };
  return {
    kind: "store",
    from,
    after: { seq: newest.head.seq, headId: newest.id, epoch, logIndex },
  };
};

type Misplaced = Extract<ReturnType<typeof checkPlace>, { ok: false }>["error"];

const misplaced = (error: Misplaced): Placed => {
  if (error.type === "LogHeadUnknown")
    return no("LogHeadUnknown", { at: error.seq, logHead: error.logHead });
  return error.rule === "log head never goes back"
    ? no("LogHeadStale", { at: error.seq })
    : no("EnvelopeInvalid", { rule: error.rule, at: error.seq });
};
