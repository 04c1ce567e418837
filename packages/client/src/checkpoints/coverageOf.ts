/**
 * What a checkpoint of a state may say that it covers: of each chain what is in the state, and all of it
 * counts. A chain stops before what is held or void, and the others go on.
 */
import { err, ok, type Result } from "@duro/crypto/types";
import type { Standing } from "@duro/crypto/verify";
import { type ChainMark, limits, type Vector } from "@duro/protocol";

export interface StateChain {
  /** The newest envelope whose effect is in the state; whatever is held or void comes behind it. */
  readonly counted: ChainMark;
  /** From this seq on it is void; 0: it is not. */
  readonly voidAt: number;
  readonly standing: Standing;
}

/** The state holds what does not count, or may not: it is rebuilt before anybody says what it covers. */
export interface StateAhead {
  readonly type: "StateAhead";
  readonly why: "cut" | "void" | "never counts" | "cannot be told";
  readonly seq: number;
}

export interface TooManyChains {
  readonly type: "TooManyChains";
  readonly countMax: number;
}

/** Of the chains of which anything is in the state. */
export const coverageOf = (
  chains: Iterable<StateChain>,
): Result<Vector, StateAhead | TooManyChains> => {
  const covered: ChainMark[] = [];
  for (const chain of chains) {
    const why = aheadBecause(chain);
    if (why !== undefined) return err({ type: "StateAhead", why, seq: chain.counted.seq });
    covered.push(chain.counted);
  }
  if (covered.length > limits.chainsPerVectorMax)
    return err({ type: "TooManyChains", countMax: limits.chainsPerVectorMax });
  return ok(covered.toSorted((a, b) => (a.chain < b.chain ? -1 : 1)));
};

const aheadBecause = ({ counted, voidAt, standing }: StateChain): StateAhead["why"] | undefined => {
  if (voidAt > 0 && counted.seq >= voidAt) return "void";
  switch (standing.kind) {
    case "counts":
      return undefined;
    case "cut":
      return isWithinCut(standing, counted) ? undefined : "cut";
    case "held":
      return "cannot be told";
    case "never":
      return "never counts";
  }
};

/** At the cut itself another envelope may stand than the one that the cut names. */
export const isWithinCut = (
  cut: Pick<ChainMark, "seq" | "id">,
  { seq, id }: Pick<ChainMark, "seq" | "id">,
): boolean => seq < cut.seq || (seq === cut.seq && id === cut.id);
