/** `duro list`: newest first, page by page, opening no more documents than the page needs. */
import { docNames, spotOf } from "../docs/directory.ts";
import { type DocName, type DocPlace, placeOf } from "../docs/names.ts";
import type { Place } from "../entities/kind.ts";
import { kindOf, type KindName, kinds } from "../entities/kinds.ts";
import { byAge, type EntryId, isEntryId, timeOfId, typeOfId } from "../ids.ts";
import { type DocNotOpen, type Memory, openDocOf } from "../memory.ts";
import { ok, type Result } from "../result.ts";
import { entryIds, mapOf } from "../store.ts";
import { type Event, eventsByTarget } from "../folds/events.ts";
import { isSuperseded } from "../folds/supersession.ts";
import { readItem } from "../views/item.ts";
import type { Item } from "../views/itemTypes.ts";

export interface ListQuery {
  /** Facts, decisions, episodes and skills, if nothing is said. */
  readonly types?: readonly KindName[] | undefined;
  /** All of them. */
  readonly tags?: readonly string[] | undefined;
  /** Ids of one project: several, where devices made it at once (`projectOfRemotes`). */
  readonly projects?: readonly EntryId[] | undefined;
  readonly sinceMs?: number | undefined;
  readonly limit?: number | undefined;
  /** The last id of the page before. */
  readonly after?: EntryId | undefined;
  /** Forgotten and superseded ones, too. */
  readonly withHidden?: boolean | undefined;
}

export interface Page {
  readonly items: readonly Item[];
  /** To be given as `after`; undefined on the last page. */
  readonly next: EntryId | undefined;
}

const typesByDefault: readonly KindName[] = ["fact", "decision", "episode", "skill"];
const limitByDefault = 50;

export const list = (memory: Memory, query: ListQuery = {}): Result<Page, DocNotOpen> => {
  const names = docNames(memory);
  if (!names.ok) return names;
  const limit = query.limit ?? limitByDefault;
  const groups = groupsFor(names.value, query);
  const items: Item[] = [];
  let waiting: Candidate[] = [];
  for (const [index, group] of groups.entries()) {
    for (const name of group.names) {
      const found = candidatesIn(memory, name, query);
      if (!found.ok) return found;
      waiting.push(...found.value);
    }
    // What later groups hold is older than their bound, so what is newer than that is in its place.
    const bound = groups[index + 1]?.endMs ?? 0;
    const ready = waiting.filter(({ id }) => timeOfId(id) >= bound);
    waiting = waiting.filter(({ id }) => timeOfId(id) < bound);
    for (const { read } of ready.toSorted((a, b) => byAge(b.id, a.id))) {
      const item = read();
      if (item === undefined || !isWanted(item, query)) continue;
      const isHidden = query.withHidden !== true && hiddenIn(memory, item);
      if (isHidden === true) continue;
      if (isHidden !== false) return isHidden;
      items.push(item);
      if (items.length > limit) return ok(pageOf(items, limit));
    }
  }
  return ok(pageOf(items, limit));
};

interface Candidate {
  readonly id: EntryId;
  readonly read: () => Item | undefined;
}

/** Ids are in the order of a list already, so nothing is read that the page does not show. */
const candidatesIn = (
  memory: Memory,
  name: DocName,
  { types = typesByDefault, after }: ListQuery,
): Result<readonly Candidate[], DocNotOpen> => {
  const doc = openDocOf(memory, name);
  if (!doc.ok) return doc;
  const source = { memory, name, doc: doc.value };
  let events: ReadonlyMap<string, readonly Event[]> | undefined;
  const eventsFor = (id: EntryId): readonly Event[] => {
    events ??= eventsByTarget(source);
    return events.get(id) ?? [];
  };
  return ok(
    types.flatMap((type) =>
      entryIds(doc.value, kinds[type])
        .filter((id) => after === undefined || byAge(id, after) < 0)
        .map((id) => ({ id, read: () => readItem(source, type, id, eventsFor(id)) })),
    ),
  );
};

const pageOf = (items: readonly Item[], limit: number): Page => ({
  items: items.slice(0, limit),
  next: items.length > limit ? items[limit - 1]?.id : undefined,
});

/** All entries of a document, unordered, hidden ones too, folded in one pass. */
export const itemsOf = (
  memory: Memory,
  name: DocName,
  { types }: Pick<ListQuery, "types"> = {},
): Result<readonly Item[], DocNotOpen> => {
  const doc = openDocOf(memory, name);
  if (!doc.ok) return doc;
  const source = { memory, name, doc: doc.value };
  const eventsById = eventsByTarget(source);
  return ok(
    (types ?? typesByDefault).flatMap((type) =>
      entryIds(doc.value, kinds[type]).flatMap(
        (id) => readItem(source, type, id, eventsById.get(id) ?? []) ?? [],
      ),
    ),
  );
};

interface Group {
  readonly names: readonly DocName[];
  /** Everything in them is older. */
  readonly endMs: number;
}

const groupsFor = (
  names: readonly DocName[],
  { types = typesByDefault, projects, sinceMs = 0, after }: ListQuery,
): readonly Group[] => {
  const places = new Set<Place>(types.map((type) => kinds[type].place));
  const untilMs = after === undefined ? Number.POSITIVE_INFINITY : timeOfId(after);
  const wanted = names.filter((name) => {
    const place = placeOf(name);
    if (place === undefined || !places.has(place.kind)) return false;
    if (place.kind === "memory" && projects !== undefined)
      if (place.project === undefined || !projects.includes(place.project)) return false;
    return endMsOf(place) > sinceMs && startMsOf(place) <= untilMs;
  });
  const byEnd = Map.groupBy(wanted, (name) => {
    const place = placeOf(name);
    return place === undefined ? 0 : endMsOf(place);
  });
  return [...byEnd]
    .map(([endMs, group]) => ({ endMs, names: group }))
    .toSorted((a, b) => (a.endMs === b.endMs ? 0 : b.endMs - a.endMs));
};

const startMsOf = (place: DocPlace): number => {
  if (place.kind === "memory") return Date.parse(`${place.month}-01T00:00:00Z`);
  return place.kind === "sessions" ? Date.parse(`${place.year}-01-01T00:00:00Z`) : 0;
};

const endMsOf = (place: DocPlace): number => {
  if (place.kind !== "memory" && place.kind !== "sessions") return Number.POSITIVE_INFINITY;
  const end = new Date(startMsOf(place));
  end.setUTCMonth(end.getUTCMonth() + (place.kind === "memory" ? 1 : 12));
  return end.getTime();
};

const isWanted = (
  item: Item,
  { tags = [], sinceMs = 0, withHidden, projects }: ListQuery,
): boolean =>
  item.atMs >= sinceMs &&
  tags.every((tag) => item.tags.includes(tag)) &&
  (projects === undefined || isInProject(item, projects)) &&
  (withHidden === true || item.forgottenMs === undefined);

/** Skills belong to no project, and answer in none. */
const isInProject = (item: Item, projects: readonly EntryId[]): boolean => {
  const project =
    item.type === "session" || item.type === "task" ? item.core.project : item.project;
  return projects.some((id) => id === project);
};

/** Whether another stands in its stead. Only a link to an older entry makes it look further. */
export const hiddenIn = (
  memory: Memory,
  item: Pick<Item, "id" | "supersededBy">,
): boolean | { readonly ok: false; readonly error: DocNotOpen } => {
  let missing: DocNotOpen | undefined;
  const isHidden = isSuperseded(item.id, (id) => {
    if (id === item.id) return item.supersededBy;
    const kind = kindOf(typeOfId(id));
    if (kind === undefined) return undefined;
    const spot = spotOf(memory, kind, id);
    if (!spot.ok && spot.error.type === "DocNotOpen") missing = spot.error;
    const link = spot.ok ? mapOf(spot.value.doc, kind, id)?.get("supersededBy") : undefined;
    return isEntryId(link) ? link : undefined;
  });
  return missing === undefined ? isHidden : { ok: false, error: missing };
};
