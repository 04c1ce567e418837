import { number, object, oneOf, optional, timeMs } from "../shape.ts";
import { birth, forgettable, keepable, name, names } from "./common.ts";
import { entryKind } from "./kind.ts";

export const skillTiers = ["core", "tested", "untested"] as const;

const count = number({ min: 0, max: 2 ** 40 });
/** Of one device, under its own name: only its device writes it, so no count is lost (MEM4). */
export const useCount = object({ n: count, ok: count, fail: count });

/** A long SKILL.md has 30,000; three bytes each at most, it fits an envelope. */
export const skillBodyLengthMax = 200_000;

export const skill = entryKind({
  type: "skill",
  table: "skills",
  place: "skills",
  core: {
    ...birth,
    name,
    origin: oneOf(["user", "session", "import"]),
    created: timeMs,
  },
  fields: {
    ...forgettable,
    pin: keepable.pin,
    tier: optional(oneOf(skillTiers)),
    tools: optional(names),
  },
  /** `files:<path>` to a reference of its bytes; `u:<device>` to its uses there. */
  sets: ["tags", "files", "u"],
  texts: ["description", "body"],
});
