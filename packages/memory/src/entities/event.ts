/** What happened to an entry: never changed, never removed while its entry is there. State is folded from them. */
import { listOf, number, object, oneOf, optional, text } from "../shape.ts";
import { birth, listCountMax, name, prose, share } from "./common.ts";
import { type Shape } from "../shape.ts";

/** Whether a decision turned out as expected. */
export const verdicts = ["validate", "partial", "reverse", "supersede"] as const;
export type Verdict = (typeof verdicts)[number];
const eventTypes = [...verdicts, "reinforce", "weaken", "review", "confirm", "reject"] as const;
export type EventType = (typeof eventTypes)[number];

export const results = ["success", "partial", "failed"] as const;

const eventEvidence = object({
  text: optional(prose),
  session: optional(name),
  commit: optional(name),
  test: optional(name),
  url: optional(text(2_000)),
});

const eventFields = {
  ...birth,
  of: name,
  t: oneOf(eventTypes),
  /** Second half of the hybrid logical clock: `at` never runs behind what its writer had seen. */
  tick: number({ min: 0, max: 2 ** 31 }),
  expected: optional(prose),
  actual: optional(prose),
  result: optional(oneOf(results)),
  evidence: optional(eventEvidence),
  by: oneOf(["user", "agent"]),
  /** Verdicts that its writer had before them: what this one settles. */
  resolves: optional(listOf(name, listCountMax)),
  /** Of a review: what the confidence is from then on. */
  confidence: optional(share),
} as const;

export const eventsTable = "events";
export const event = object(eventFields);
export type EventCore = Shape<typeof eventFields>;
