import { number, oneOf, optional, timeMs } from "../shape.ts";
import {
  birth,
  claim,
  evidence,
  forgettable,
  keepable,
  name,
  provenances,
  share,
} from "./common.ts";
import { entryKind } from "./kind.ts";

export const factKinds = ["fact", "preference", "gotcha", "procedure", "reference"] as const;
export type FactKind = (typeof factKinds)[number];

export const sensitivities = ["public", "internal", "sensitive"] as const;

export const fact = entryKind({
  type: "fact",
  table: "facts",
  place: "memory",
  core: {
    ...birth,
    claim,
    kind: oneOf(factKinds),
    evidence: optional(evidence),
    provenance: oneOf(provenances),
    /** At birth; what it is now is folded. */
    confidence: share,
    importance: optional(number({ min: 0, max: 1 })),
    validFrom: optional(timeMs),
    /** The fact that this one says anew. */
    supersedes: optional(name),
  },
  fields: {
    ...forgettable,
    ...keepable,
    sensitivity: optional(oneOf(sensitivities)),
    validUntil: optional(timeMs),
  },
  sets: ["tags", "duplicates"],
});
