/**
 * What came from an export of ours leaves under the name that it came with: so an export that was brought
 * in elsewhere is exported again as the same bytes, though ids are never used twice.
 */
import { type EntryId, isEntryId, typeOfId } from "../ids.ts";
import type { Json, JsonObject } from "../json.ts";
import type { ExportedEntry, ExportedEvent, ExportPart } from "./exportDoc.ts";
import { renamed } from "./rename.ts";

export const withOriginNames = (part: ExportPart): ExportPart => {
  const names = namesOf([...part.entries, ...part.events]);
  if (names.size === 0) return part;
  const name = renamed(names);
  const entryOf = (entry: ExportedEntry): ExportedEntry => ({
    id: names.get(entry.id) ?? entry.id,
    type: entry.type,
    project: entry.project === undefined ? undefined : (names.get(entry.project) ?? entry.project),
    core: coreOf(entry, names, name),
    fields: name(entry.fields) as JsonObject,
    sets: name(entry.sets) as ExportedEntry["sets"],
    texts: entry.texts,
  });
  const eventOf = (event: ExportedEvent): ExportedEvent => ({
    id: names.get(event.id) ?? event.id,
    core: coreOf(event, names, name),
  });
  return { entries: part.entries.map(entryOf), events: part.events.map(eventOf) };
};

type Named = Pick<ExportedEvent, "core" | "id">;

/** Only a name that no other has: two devices may have brought in one thing at once. */
const namesOf = (all: readonly Named[]): ReadonlyMap<string, EntryId> => {
  const taken = new Set<string>(all.map(({ id }) => id));
  const names = new Map<string, EntryId>();
  for (const { id, core } of all.toSorted((a, b) => (a.id < b.id ? -1 : 1))) {
    const [origin] = originsOf(core);
    if (!isEntryId(origin) || typeOfId(origin) !== typeOfId(id) || taken.has(origin)) continue;
    taken.add(origin);
    names.set(id, origin);
  }
  return names;
};

const originsOf = (core: JsonObject): readonly Json[] => {
  const { origins } = core;
  return Array.isArray(origins) ? (origins as readonly Json[]) : [];
};

const coreOf = (
  { id, core }: Named,
  names: ReadonlyMap<string, EntryId>,
  name: (value: Json) => Json,
): JsonObject => {
  const { origins: _, ...rest } = name(core) as JsonObject;
  const left = originsOf(core).slice(names.has(id) ? 1 : 0);
  return left.length === 0 ? rest : { ...rest, origins: left };
};
