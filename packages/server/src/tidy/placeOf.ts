/** Whether what somebody names counts here: it is what is stored, and its chain counts that far. */
import type { ChainMark } from "@duro/protocol";
import type { ChainFacts, VaultFacts } from "./vaultFacts.ts";

export type Place =
  | "counts"
  /** Cannot be told yet. */
  | "held"
  | "never";

export const placeOf = ({ chains, idAt }: VaultFacts, mark: ChainMark): Place => {
  const chain = chains.get(mark.chain);
  if (chain === undefined || idAt(mark.chain, mark.seq) !== mark.id) return "never";
  const { standing } = chain;
  switch (standing.kind) {
    case "counts":
      return "counts";
    case "cut":
      return isWithinCut(standing, mark) ? "counts" : "never";
    case "held":
      return "held";
    case "never":
      return "never";
  }
};

/** At the cut itself another envelope may stand than the one that the cut names. */
const isWithinCut = (cut: Pick<ChainMark, "seq" | "id">, { seq, id }: ChainMark): boolean =>
  seq < cut.seq || (seq === cut.seq && id === cut.id);

/** How much of a chain may count, as far as can be told: what cannot be told yet may. */
export const countingSeqOf = (chain: ChainFacts | undefined): number => {
  if (chain === undefined) return 0;
  const { seq, standing } = chain;
  switch (standing.kind) {
    case "counts":
    case "held":
      return seq;
    case "cut":
      return Math.min(seq, standing.seq);
    case "never":
      return 0;
  }
};
