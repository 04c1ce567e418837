/**
 * What is known of a session, not what was said in it: transcripts are append-only chunks outside of any
 * document. One segment for each device that took part; a view puts those of one native id together.
 */
import { json, number, object, oneOf, optional, text, timeMs } from "../shape.ts";
import { agent, birth, forgettable, keepable, name, prose, snippetLengthMax } from "./common.ts";
import { entryKind } from "./kind.ts";

const count = number({ min: 0, max: 2 ** 50 });

export const session = entryKind({
  type: "session",
  table: "sessions",
  place: "sessions",
  core: {
    ...birth,
    /** Whose session it is: the tool, and the model where it has one. */
    agent,
    nativeId: name,
    project: optional(name),
    /** A path of one machine: never in an export. */
    cwd: optional(name),
    branch: optional(name),
    firstPrompt: optional(text(200)),
    started: timeMs,
    parent: optional(name),
  },
  fields: {
    ...forgettable,
    pin: keepable.pin,
    title: optional(object({ text: name, source: optional(name) })),
    status: optional(oneOf(["open", "ended"])),
    ended: optional(timeMs),
    reason: optional(name),
    stats: optional(json),
    digest: optional(text(snippetLengthMax)),
    manifest: optional(json),
    redactions: optional(object({ count, rules: optional(json) })),
  },
  sets: ["tags"],
});

export const checkpoint = entryKind({
  type: "checkpoint",
  table: "checkpoints",
  place: "sessions",
  core: {
    ...birth,
    session: name,
    message: optional(name),
    name,
    note: optional(prose),
    gitHead: optional(name),
  },
  fields: forgettable,
});
