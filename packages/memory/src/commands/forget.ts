/**
 * The ladder of forgetting: hidden at once, undone within seven days, then gone but for its id and the
 * time. That the bytes are gone everywhere becomes true when checkpoints replace what held them (MEM10).
 */
import type * as Y from "yjs";
import type { DocName } from "../docs/names.ts";
import { eventsTable } from "../entities/event.ts";
import { type EntryKind } from "../entities/kind.ts";
import { kindNames, kinds } from "../entities/kinds.ts";
import { type EntryId } from "../ids.ts";
import { isJsonObject } from "../json.ts";
import { type DocNotOpen, type Memory, memoryOrigin, openDocOf } from "../memory.ts";
import { err, ok, type Result } from "../result.ts";
import { entryIds, isTombstone, mapOf, setFields } from "../store.ts";
import { dropLedgerLines } from "../exchange/ledger.ts";
import { familiesOf } from "./family.ts";
import type { FindError, Found } from "./find.ts";

/** A week: a weekend, and somebody who was away for it. */
export const undoMs = 7 * 86_400_000;

export interface Changed {
  readonly ids: readonly EntryId[];
  readonly docs: readonly DocName[];
}

export interface NotForgettable {
  readonly type: "NotForgettable";
  readonly id: EntryId;
}
export interface NotForgotten {
  readonly type: "NotForgotten";
  readonly id: EntryId;
}
export interface UndoTimeOver {
  readonly type: "UndoTimeOver";
  readonly id: EntryId;
}

/** With all older versions and duplicates. What is forgotten already keeps its time. */
export const forget = (
  memory: Memory,
  ids: readonly EntryId[],
  { why }: { readonly why?: string | undefined } = {},
): Result<Changed, FindError | NotForgettable> => {
  const family = forgettableFamilies(memory, ids);
  if (!family.ok) return family;
  const at = memory.nowMs();
  const fresh = family.value.filter(({ map }) => deletedMs(map) === undefined);
  const deleted = { at, by: memory.device, why };
  return ok(inEachDoc(fresh, ({ doc, map }) => setFields(doc, map, { deleted })));
};

/** What was forgotten together with it comes back with it. */
export const undoForget = (
  memory: Memory,
  ids: readonly EntryId[],
): Result<Changed, FindError | NotForgettable | NotForgotten | UndoTimeOver> => {
  const family = forgettableFamilies(memory, ids);
  if (!family.ok) return family;
  const times = new Set<number>();
  const named = new Set(ids);
  for (const { id, map } of family.value.filter((one) => named.has(one.id))) {
    const atMs = deletedMs(map);
    if (atMs === undefined) return err({ type: "NotForgotten", id });
    if (memory.nowMs() > atMs + undoMs) return err({ type: "UndoTimeOver", id });
    times.add(atMs);
  }
  const back = family.value.filter(({ map }) => times.has(deletedMs(map) ?? -1));
  return ok(inEachDoc(back, ({ doc, map }) => setFields(doc, map, { deleted: undefined })));
};

/** Ends the time for undo at once. Cannot be taken back. */
export const purge = (
  memory: Memory,
  ids: readonly EntryId[],
): Result<Changed, FindError | NotForgettable> => {
  const family = forgettableFamilies(memory, ids);
  if (!family.ok) return family;
  const goneMs = memory.nowMs();
  return ok(inEachDoc(family.value, ({ doc, kind, id }) => bury(doc, { kind, id, goneMs })));
};

/** Buries what has been forgotten for seven days, and events that came for what is gone. */
export const sweep = (memory: Memory, name: DocName): Result<Changed, DocNotOpen> => {
  const opened = openDocOf(memory, name);
  if (!opened.ok) return opened;
  const doc = opened.value;
  const goneMs = memory.nowMs();
  const ids: EntryId[] = [];
  doc.transact(() => {
    for (const kind of kindNames.map((type) => kinds[type]))
      for (const id of entryIds(doc, kind)) {
        const map = mapOf(doc, kind, id);
        const atMs = map === undefined ? undefined : deletedMs(map);
        if (atMs === undefined || goneMs <= atMs + undoMs) continue;
        bury(doc, { kind, id, goneMs: atMs });
        ids.push(id);
      }
    const late = dropEvents(doc, (of) => isBuried(doc, of));
    if (late.length > 0) dropLedgerLines(doc, new Set(late));
  }, memoryOrigin);
  return ok({ ids, docs: ids.length === 0 ? [] : [name] });
};

const forgettableFamilies = (
  memory: Memory,
  ids: readonly EntryId[],
): Result<readonly Found[], FindError | NotForgettable> => {
  const family = familiesOf(memory, ids);
  if (!family.ok) return family;
  const never = family.value.find(({ kind }) => !Object.hasOwn(kind.fields, "deleted"));
  return never === undefined ? family : err({ type: "NotForgettable", id: never.id });
};

const deletedMs = (map: Y.Map<unknown>): number | undefined => {
  const deleted = map.get("deleted");
  return isJsonObject(deleted) && typeof deleted["at"] === "number" ? deleted["at"] : undefined;
};

/** One edit for each document: 25,000 deletions one by one take ten seconds, together a tenth of one. */
const inEachDoc = (found: readonly Found[], change: (one: Found) => void): Changed => {
  const byName = Map.groupBy(found, ({ name }) => name);
  for (const group of byName.values())
    group[0]?.doc.transact(() => group.forEach(change), memoryOrigin);
  return { ids: found.map(({ id }) => id), docs: [...byName.keys()] };
};

/** In its place a plain value, so that two devices may bury one entry, and nobody's edit brings it back. */
const bury = (
  doc: Y.Doc,
  {
    kind,
    id,
    goneMs,
  }: {
    readonly kind: Pick<EntryKind<unknown>, "table">;
    readonly id: EntryId;
    readonly goneMs: number;
  },
): void => {
  doc.getMap(kind.table).set(id, { gone: goneMs });
  const events = dropEvents(doc, (of) => of === id);
  dropLedgerLines(doc, new Set([id, ...events]));
};

const dropEvents = (doc: Y.Doc, isOver: (of: string) => boolean): readonly string[] => {
  const table = doc.getMap(eventsTable);
  const over = [...table.entries()].filter(([, value]) => {
    const of = isJsonObject(value) ? value["of"] : undefined;
    return typeof of === "string" && isOver(of);
  });
  for (const [id] of over) table.delete(id);
  return over.map(([id]) => id);
};

/** An event can come before its entry does: only what has a tombstone is gone. */
const isBuried = (doc: Y.Doc, id: string): boolean =>
  kindNames.some((type) => isTombstone(doc.getMap(kinds[type].table).get(id)));
