/**
 * What a kind of entry is, as data. One machine creates, reads, changes, exports and imports them all.
 *
 * An entry is one small Y.Map: the core `c`, written once, and beside it
 * - fields: one value each; of two concurrent writes Yjs keeps the one of the higher clientID;
 * - sets and lists: flat names `tags:sqlite`, `actions:<id>`. No nested map: made late by two devices one
 *   would vanish, made early by everybody it costs more memory than the entry (MEM3);
 * - texts: Y.Text, for prose that people edit, made with the entry.
 */
import type { EntryType } from "../ids.ts";
import { type Field, type Fields, object, type OptionalField, type Shape } from "../shape.ts";

export type Place = "memory" | "root" | "sessions" | "skills" | "tasks";

export interface EntryKind<Core, F extends Fields = Fields> {
  readonly type: EntryType;
  /** The top-level map that holds them, in the document where they live. */
  readonly table: string;
  readonly place: Place;
  readonly core: Field<Core>;
  readonly fields: F;
  /** Names with value 1 or a small value: `tags:<name>`. */
  readonly sets: readonly string[];
  /** Grow-only: `actions:<id>` with a value that holds its time. */
  readonly lists: readonly string[];
  readonly texts: readonly string[];
}

export const entryKind = <
  const C extends Fields,
  const F extends Readonly<Record<string, OptionalField<unknown>>>,
>(kind: {
  readonly type: EntryType;
  readonly table: string;
  readonly place: Place;
  readonly core: C;
  readonly fields: F;
  readonly sets?: readonly string[];
  readonly lists?: readonly string[];
  readonly texts?: readonly string[];
}): EntryKind<Shape<C>, F> => ({
  sets: [],
  lists: [],
  texts: [],
  ...kind,
  core: object(kind.core),
});
