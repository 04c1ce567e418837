/** Whether what a checkpoint or an attest names counts here, as far as can be told. */
import type { ChainMark, Vector } from "@duro/protocol";
import type { JudgingFacts } from "./checkpointFacts.ts";
import { isWithinCut } from "./coverageOf.ts";

export type Place =
  | "counts"
  /** Cannot be told yet: a record, an envelope or a whole chain is not here. */
  | "held"
  | "never";

export type PlaceFacts = Pick<JudgingFacts, "chains" | "idAt">;

export const placeOf = ({ chains, idAt }: PlaceFacts, mark: ChainMark): Place => {
  const chain = chains.get(mark.chain);
  if (chain === undefined) return "held";
  const { standing, voidAt } = chain;
  if (standing.kind === "never") return "never";
  if (standing.kind === "cut" && !isWithinCut(standing, mark)) return "never";
  if (voidAt > 0 && mark.seq >= voidAt) return "never";
  const id = idAt(mark.chain, mark.seq);
  if (id === undefined) return "held";
  if (id !== mark.id) return "never";
  return standing.kind === "held" ? "held" : "counts";
};

/** Of all of them together: one that never counts makes a list void. */
export const placeOfAll = (facts: PlaceFacts, marks: Vector): Place => {
  const places = new Set(marks.map((mark) => placeOf(facts, mark)));
  if (places.has("never")) return "never";
  return places.has("held") ? "held" : "counts";
};
