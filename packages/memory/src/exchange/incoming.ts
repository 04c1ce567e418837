/** What an import brings, whichever format it came in: one shape for all, with ids that are still foreign. */
import type { KindName } from "../entities/kinds.ts";
import type { EntryId } from "../ids.ts";
import type { Json, JsonObject } from "../json.ts";

type Named = Readonly<Record<string, Readonly<Record<string, Json>>>>;

export interface IncomingEntry {
  readonly type: KindName;
  /** What it was called; the first is what others in the same import call it. */
  readonly origins: readonly [string, ...string[]];
  readonly project: EntryId | undefined;
  readonly atMs: number;
  readonly core: JsonObject;
  readonly fields: JsonObject;
  readonly sets: Named;
  readonly lists: Named;
  readonly texts: Readonly<Record<string, string>>;
}

export interface IncomingEvent {
  readonly origins: readonly [string, ...string[]];
  /** What its entry is called there. */
  readonly of: string;
  readonly core: JsonObject;
}

/** Of those that were seen, none has more than a hundred. */
const nameLengthMax = 1_000;

/**
 * Whether a foreign id, a tag or the like can become the name of a value. Readers of updates refuse one
 * name, and a name cannot be split: one such would stop everything that is written.
 */
export const isName = (text: string): boolean =>
  text !== "" && text !== "__proto__" && text.length <= nameLengthMax;

/** A file, or an entry of one, that stays outside, and why. */
export interface Skipped {
  readonly what: string;
  readonly why:
    "NoJson" | "NoTime" | "NotKept" | "TargetUnknown" | "TooLarge" | "TypeUnknown" | "WrongField";
  readonly field?: string | undefined;
}

export interface Incoming {
  readonly entries: readonly IncomingEntry[];
  readonly events: readonly IncomingEvent[];
  readonly skipped: readonly Skipped[];
}
