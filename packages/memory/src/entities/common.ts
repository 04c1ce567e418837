/** Fields that several kinds share, and the limits on what a person or an agent may put into one. */
import { flag, json, listOf, number, object, oneOf, optional, text, timeMs } from "../shape.ts";

/** A claim is one statement; an old one of a page still comes in. */
const claimLengthMax = 4_000;
/** Prose around it: several pages. An update of one entry stays far below the MiB of an envelope. */
export const proseLengthMax = 20_000;
export const snippetLengthMax = 2_000;
/** Of names, paths, ids of other programs. */
const nameLengthMax = 500;
export const listCountMax = 200;

export const name = text(nameLengthMax);
export const prose = text(proseLengthMax);
export const claim = text(claimLengthMax);
export const names = listOf(name, listCountMax);
export const share = number({ min: 0, max: 1 });

export const agent = object({ tool: name, model: optional(name) });
const fileRef = object({
  path: name,
  line: optional(number({ min: 0, max: 2 ** 31 })),
  blob: optional(name),
});
/** A message of a session, as its agent names it. */
const messageRef = object({ id: name, message: optional(name) });

const evidenceTypes = ["quote", "paraphrase", "inference", "none"] as const;
export const evidence = object({
  type: optional(oneOf(evidenceTypes)),
  snippet: optional(text(snippetLengthMax)),
  urls: optional(names),
  files: optional(listOf(fileRef, listCountMax)),
  session: optional(messageRef),
});

export const provenances = ["user", "local_file", "tool_output", "web", "unknown"] as const;

/** In every core. `device` is what the writer says: readers take it from the clientID instead. */
export const birth = {
  at: timeMs,
  device: optional(name),
  agent: optional(agent),
  /** What it was called where it was imported from: foreign ids, never shown as its own. */
  origins: optional(names),
  /** What an older format had and this one has no place for. */
  extra: optional(json),
};

/** Of every entry that can be forgotten, or kept against decay. */
export const forgettable = {
  deleted: optional(
    object({ at: timeMs, by: optional(name), why: optional(text(snippetLengthMax)) }),
  ),
};
export const keepable = {
  pin: optional(flag),
  supersededBy: optional(name),
};
