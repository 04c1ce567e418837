/** What a runner answers. */
import type { Json, Ran } from "../format.ts";

export const accepted = (output?: Json): Ran => ({
  outcome: "ok",
  ...(output === undefined ? {} : { output }),
});

interface Refusal {
  readonly type: string;
  /** The rule of a log, a run or a place. */
  readonly rule?: string;
}

export const refused = ({ type, rule }: Refusal, stage?: string): Ran => ({
  outcome: type,
  ...(stage === undefined ? {} : { stage }),
  ...(rule === undefined ? {} : { rule }),
});
