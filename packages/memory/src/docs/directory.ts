/** Which documents a vault has, in its root document, and in which of them an entry lives. */
import type * as Y from "yjs";
import { type EntryKind } from "../entities/kind.ts";
import { type EntryId, timeOfId } from "../ids.ts";
import { byText } from "../json.ts";
import { type DocNotOpen, type Memory, memoryOrigin, openDocOf } from "../memory.ts";
import { err, ok, type Result } from "../result.ts";
import {
  type DocName,
  monthOf,
  parseDocName,
  placeOf,
  rootDoc,
  sessionsDoc,
  shardDoc,
  skillsDoc,
  tasksDoc,
} from "./names.ts";

/**
 * 2 MB and 60 ms to load. Devices that are offline at once may pass it by what each of them adds; it
 * bounds what is loaded at once, nothing else.
 */
export const entriesPerShardMax = 5_000;

/** Name to 1: a plain value, so two devices that add one name lose nothing. */
const directoryOf = (root: Y.Doc): Y.Map<unknown> => root.getMap("docs");

/** All documents, newest month first; root, skills and tasks in front. */
export const docNames = (memory: Memory): Result<readonly DocName[], DocNotOpen> => {
  const root = openDocOf(memory, rootDoc);
  if (!root.ok) return root;
  const listed = [...directoryOf(root.value).keys()].flatMap((text) => {
    const name = parseDocName(text);
    return name.ok ? [name.value] : [];
  });
  const times = new Map(listed.map((name) => [name, timeTextOf(name)]));
  const byTime = (a: DocName, b: DocName): number =>
    byText(times.get(b) ?? "", times.get(a) ?? "") || byText(a, b);
  return ok([rootDoc, ...new Set([skillsDoc, tasksDoc, ...listed.toSorted(byTime)])]);
};

const timeTextOf = (name: DocName): string => {
  const place = placeOf(name);
  if (place?.kind === "sessions") return place.year;
  return place?.kind === "memory" ? `${place.month}.${String(place.part).padStart(6, "0")}` : "";
};

/** What no directory names, no device finds. Says whether it was missing. */
export const listDoc = (root: Y.Doc, name: DocName): boolean => {
  const directory = directoryOf(root);
  if (name === rootDoc || directory.has(name)) return false;
  root.transact(() => directory.set(name, 1), memoryOrigin);
  return true;
};

/** The parts of one month of one project, first part first. */
const partsOf = (
  memory: Memory,
  { project, month }: { readonly project: EntryId | undefined; readonly month: string },
): Result<readonly DocName[], DocNotOpen> => {
  const names = docNames(memory);
  if (!names.ok) return names;
  const parts = names.value.filter((name) => {
    const place = placeOf(name);
    return place?.kind === "memory" && place.project === project && place.month === month;
  });
  return ok(parts.toReversed());
};

export interface Spot {
  readonly name: DocName;
  readonly doc: Y.Doc;
}

export const shardSize = (doc: Y.Doc): number =>
  ["facts", "decisions", "episodes"].reduce((sum, table) => sum + doc.getMap(table).size, 0);

/** Where a new entry goes: the last part of its month, or the next if that is full. */
export const spotFor = (
  memory: Memory,
  kind: Pick<EntryKind<unknown>, "place">,
  { project, atMs }: { readonly project: EntryId | undefined; readonly atMs: number },
): Result<Spot, DocNotOpen> => {
  const root = openDocOf(memory, rootDoc);
  if (!root.ok) return root;
  const fixed = fixedDocOf(kind, atMs);
  if (fixed !== undefined) return spotAt(memory, fixed);
  const month = monthOf(atMs);
  const parts = partsOf(memory, { project, month });
  if (!parts.ok) return parts;
  const newest = parts.value.at(-1) ?? shardDoc({ project, month, part: 1 });
  const spot = spotAt(memory, newest);
  if (!spot.ok || shardSize(spot.value.doc) < entriesPerShardMax) return spot;
  const place = placeOf(newest);
  const part = place?.kind === "memory" ? place.part + 1 : 1;
  return spotAt(memory, shardDoc({ project, month, part }));
};

export const fixedDocOf = (
  { place }: Pick<EntryKind<unknown>, "place">,
  atMs: number,
): DocName | undefined => {
  switch (place) {
    case "root":
      return rootDoc;
    case "skills":
      return skillsDoc;
    case "tasks":
      return tasksDoc;
    case "sessions":
      return sessionsDoc(atMs);
    case "memory":
      return undefined;
  }
};

const spotAt = (memory: Memory, name: DocName): Result<Spot, DocNotOpen> => {
  const doc = openDocOf(memory, name);
  return doc.ok ? ok({ name, doc: doc.value }) : doc;
};

export interface NoEntry {
  readonly type: "NoEntry";
  readonly id: EntryId;
}

/** Where an entry is: its id says type and month, the directory which projects have such a month. */
export const spotOf = (
  memory: Memory,
  kind: Pick<EntryKind<unknown>, "place" | "table">,
  id: EntryId,
): Result<Spot, DocNotOpen | NoEntry> => {
  const names = candidatesFor(memory, kind, id);
  if (!names.ok) return names;
  let unopened: DocName | undefined;
  for (const name of names.value) {
    const doc = memory.docOf(name);
    if (doc === undefined) unopened ??= name;
    else if (doc.getMap(kind.table).has(id)) return ok({ name, doc });
  }
  return unopened === undefined
    ? err({ type: "NoEntry", id })
    : err({ type: "DocNotOpen", name: unopened });
};

const candidatesFor = (
  memory: Memory,
  kind: Pick<EntryKind<unknown>, "place">,
  id: EntryId,
): Result<readonly DocName[], DocNotOpen> => {
  const atMs = timeOfId(id);
  const fixed = fixedDocOf(kind, atMs);
  if (fixed !== undefined) return ok([fixed]);
  const names = docNames(memory);
  if (!names.ok) return names;
  const month = monthOf(atMs);
  return ok(
    names.value.filter((name) => {
      const place = placeOf(name);
      return place?.kind === "memory" && place.month === month;
    }),
  );
};

/** The project whose shard an entry stands in. */
export const projectOf = (name: DocName): EntryId | undefined => {
  const place = placeOf(name);
  return place?.kind === "memory" ? place.project : undefined;
};
