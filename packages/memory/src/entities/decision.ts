import { flag, listOf, object, optional, timeMs } from "../shape.ts";
import {
  birth,
  claim,
  forgettable,
  keepable,
  listCountMax,
  name,
  names,
  prose,
  share,
} from "./common.ts";
import { entryKind } from "./kind.ts";

export const decision = entryKind({
  type: "decision",
  table: "decisions",
  place: "memory",
  core: {
    ...birth,
    decision: claim,
    rationale: prose,
    alternatives: optional(
      listOf(object({ option: claim, whyNot: optional(prose) }), listCountMax),
    ),
    context: optional(prose),
    expected: optional(prose),
    reviewAfter: optional(timeMs),
    reversible: optional(flag),
    paths: optional(names),
    commit: optional(name),
    /** At birth, where its origin knew one. */
    confidence: optional(share),
    supersedes: optional(name),
  },
  fields: { ...forgettable, ...keepable, title: optional(name) },
  sets: ["tags", "duplicates"],
});
