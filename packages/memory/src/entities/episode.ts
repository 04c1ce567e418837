import { json, listOf, object, oneOf, optional, text, timeMs } from "../shape.ts";
import { results } from "./event.ts";
import { birth, claim, forgettable, keepable, listCountMax, name, names, prose } from "./common.ts";
import { entryKind } from "./kind.ts";

export const episodeKinds = ["work", "incident", "change"] as const;

/** What was done in an episode, note by note. */
export const action = object({
  at: timeMs,
  s: prose,
  tool: optional(name),
  ref: optional(name),
});
/** More is a log, and a log belongs into a session. */
export const actionCountMax = 200;

export const episode = entryKind({
  type: "episode",
  table: "episodes",
  place: "memory",
  core: {
    ...birth,
    goal: claim,
    kind: oneOf(episodeKinds),
    plan: optional(listOf(prose, listCountMax)),
    constraints: optional(listOf(prose, listCountMax)),
    sessions: optional(names),
    started: timeMs,
    /** Of an incident: symptom, cause, fix, prevention. Of a change: scope, change, risks. */
    details: optional(json),
  },
  fields: {
    ...forgettable,
    pin: keepable.pin,
    status: optional(oneOf(["open", "closed"])),
    result: optional(oneOf(results)),
    summary: optional(text(20_000)),
    closed: optional(timeMs),
  },
  /** `links:used:d_…`: a relation and an entry. */
  sets: ["tags", "links"],
  lists: ["actions"],
});
