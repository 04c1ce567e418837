/** Whether this device can say anything of a checkpoint: it makes the state anew from what it holds. */
import { err, ok, type Result } from "@duro/crypto/types";
import type { ChainId, ChainMark, Vector } from "@duro/protocol";
import { placeOfAll, type PlaceFacts } from "./placeOf.ts";

/** What is here of a chain, whole. */
export interface HeldChain {
  /** Bodies from this seq on are here; 1: all of them. */
  readonly bodiesFrom: number;
  /** And up to this one, and they count. */
  readonly counted: number;
}

/** No verdict, now or ever. */
export type CannotAttest =
  /** It covers what is not here yet, or what does not count. */
  | { readonly type: "CoverageDoesNotCount" }
  /** Bodies from the one seq to the other are missing. */
  | {
      readonly type: "BodiesMissing";
      readonly chain: ChainId;
      readonly fromSeq: number;
      readonly toSeq: number;
    }
  /** The state behind us holds more than the checkpoint covers, and nobody can take it back out. */
  | { readonly type: "BaseAhead"; readonly chain: ChainId };

/** `base`: the coverage of an earlier checkpoint that counts, whose state is here; or nothing. */
export const mayAttest = (
  facts: PlaceFacts & { readonly held: ReadonlyMap<ChainId, HeldChain> },
  coverage: Vector,
  base: Vector,
): Result<void, CannotAttest> => {
  if (placeOfAll(facts, coverage) !== "counts") return err({ type: "CoverageDoesNotCount" });
  const covered = seqsByChain(coverage);
  const ahead = base.find(({ chain, seq }) => seq > (covered.get(chain) ?? 0));
  if (ahead !== undefined) return err({ type: "BaseAhead", chain: ahead.chain });
  const based = seqsByChain(base);
  for (const mark of coverage) {
    const missing = missingOf(facts.held, mark, (based.get(mark.chain) ?? 0) + 1);
    if (missing !== undefined) return err({ type: "BodiesMissing", ...missing });
  }
  return ok(undefined);
};

const seqsByChain = (vector: Vector): ReadonlyMap<ChainId, number> =>
  new Map(vector.map(({ chain, seq }) => [chain, seq]));

const missingOf = (
  held: ReadonlyMap<ChainId, HeldChain>,
  { chain, seq }: ChainMark,
  neededFrom: number,
) => {
  if (neededFrom > seq) return undefined;
  const here = held.get(chain);
  if (here === undefined) return { chain, fromSeq: neededFrom, toSeq: seq };
  if (here.bodiesFrom > neededFrom)
    return { chain, fromSeq: neededFrom, toSeq: Math.min(seq, here.bodiesFrom - 1) };
  return here.counted < seq ? { chain, fromSeq: here.counted + 1, toSeq: seq } : undefined;
};
