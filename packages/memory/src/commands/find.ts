/** From an id to where its entry stands. */
import type * as Y from "yjs";
import { type NoEntry, type Spot, spotOf } from "../docs/directory.ts";
import type { EntryKind } from "../entities/kind.ts";
import { kindOf, type KindName } from "../entities/kinds.ts";
import { type EntryId, typeOfId } from "../ids.ts";
import type { DocNotOpen, Memory } from "../memory.ts";
import { err, ok, type Result } from "../result.ts";
import { type Event, eventsOf } from "../folds/events.ts";
import { mapOf } from "../store.ts";
import { readItem, type ReadSource } from "../views/item.ts";
import type { Item } from "../views/itemTypes.ts";

export interface Found extends ReadSource {
  readonly id: EntryId;
  readonly kind: EntryKind<unknown>;
  readonly type: KindName;
  readonly map: Y.Map<unknown>;
}

/** It was there, and the time for undo is over. */
export interface EntryGone {
  readonly type: "EntryGone";
  readonly id: EntryId;
}

export type FindError = DocNotOpen | EntryGone | NoEntry;

export const findEntry = (memory: Memory, id: EntryId): Result<Found, FindError> => {
  const type = typeOfId(id);
  const kind = kindOf(type);
  if (kind === undefined || type === "event") return err({ type: "NoEntry", id });
  const spot = spotOf(memory, kind, id);
  if (!spot.ok) return spot;
  const { name, doc }: Spot = spot.value;
  const map = mapOf(doc, kind, id);
  return map === undefined
    ? err({ type: "EntryGone", id })
    : ok({ memory, name, doc, id, kind, type, map });
};

/** `duro show`: also what is forgotten, superseded or no longer valid; the item says so. */
export const show = (memory: Memory, id: EntryId): Result<Item, FindError> => {
  const found = findEntry(memory, id);
  if (!found.ok) return found;
  const item = readItem(found.value, found.value.type, id);
  return item === undefined ? err({ type: "NoEntry", id }) : ok(item);
};

/** What happened to an entry, oldest first: for a decision, all verdicts, those that were replaced too. */
export const historyOf = (memory: Memory, id: EntryId): Result<readonly Event[], FindError> => {
  const found = findEntry(memory, id);
  return found.ok ? ok(eventsOf(found.value, id)) : found;
};
