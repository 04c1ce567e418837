/** What a refusal costs, and which one ends the connection. */
import { refusals } from "../refusals.ts";
import type { RefusalSubject } from "../wire/refusal.ts";
import { faultCost, refusalCost, spend } from "./budget.ts";
import { refused, type Refused } from "./refused.ts";
import { closeFor, endsConnection, sendRefusal, type Step } from "./step.ts";

/** Answered behind what the step did already. A program that goes on doing wrong is cut off. */
export const refuse = (
  { state, effects }: Step,
  subject: RefusalSubject,
  refusal: Refused,
  nowMs: number,
): Step => {
  if (endsConnection(refusal.name)) {
    const closed = closeFor(state, refusal);
    return { state: closed.state, effects: [...effects, ...closed.effects] };
  }
  const told = [...effects, sendRefusal(subject, refusal)];
  const isFault = refusals[refusal.name].clientMust === "fixAndReport";
  const spent = spend(state.budget, isFault ? faultCost : refusalCost, nowMs);
  if (spent.kind === "exhausted") {
    const closed = closeFor(state, refused("Overloaded"));
    return { state: closed.state, effects: [...told, ...closed.effects] };
  }
  return { state: { ...state, budget: spent.budget }, effects: told };
};
