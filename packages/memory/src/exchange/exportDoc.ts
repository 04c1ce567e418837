/**
 * A document as plain values: everything of its entries, also what this version does not know, without
 * what belongs to one device (paths of its folders) or to a moment (when it was exported).
 */
import * as Y from "yjs";
import { projectOf } from "../docs/directory.ts";
import type { DocName } from "../docs/names.ts";
import { eventsTable } from "../entities/event.ts";
import { type KindName, kindNames, kinds } from "../entities/kinds.ts";
import { type EntryId, isEntryId } from "../ids.ts";
import { isJsonObject, type Json, type JsonObject, toJson, toJsonObject } from "../json.ts";
import { type DocNotOpen, type Memory, openDocOf } from "../memory.ts";
import { ok, type Result } from "../result.ts";
import { coreName, entryIds, mapOf, separator, textOf } from "../store.ts";

export interface ExportedEntry {
  readonly id: EntryId;
  readonly type: KindName;
  readonly project: EntryId | undefined;
  readonly core: JsonObject;
  readonly fields: JsonObject;
  readonly sets: Readonly<Record<string, JsonObject>>;
  readonly texts: Readonly<Record<string, string>>;
}

export interface ExportedEvent {
  readonly id: EntryId;
  readonly core: JsonObject;
}

export interface ExportPart {
  readonly entries: readonly ExportedEntry[];
  readonly events: readonly ExportedEvent[];
}

/** Sets and names of a core that hold paths of one machine. */
const deviceSets = new Set(["roots"]);
const deviceCoreNames = new Set(["cwd"]);

/** Without what is forgotten. */
export const exportDoc = (memory: Memory, name: DocName): Result<ExportPart, DocNotOpen> => {
  const opened = openDocOf(memory, name);
  if (!opened.ok) return opened;
  const doc = opened.value;
  const entries = kindNames.flatMap((type) =>
    entryIds(doc, kinds[type]).flatMap((id) => {
      const map = mapOf(doc, kinds[type], id);
      return map === undefined || map.has("deleted") ? [] : exportEntry(map, { id, type, name });
    }),
  );
  const kept = new Set<unknown>(entries.map(({ id }) => id));
  const events = [...doc.getMap(eventsTable).entries()].flatMap(([id, core]) =>
    isEntryId(id) && isJsonObject(core) && kept.has(core["of"])
      ? [{ id, core: toJsonObject(core) }]
      : [],
  );
  return ok({ entries, events });
};

const exportEntry = (
  map: Y.Map<unknown>,
  { id, type, name }: { readonly id: EntryId; readonly type: KindName; readonly name: DocName },
): readonly ExportedEntry[] => {
  const core = map.get(coreName);
  if (!isJsonObject(core)) return [];
  const fields = new Map<string, Json>();
  const sets = new Map<string, Map<string, Json>>();
  const texts = new Map<string, string>();
  for (const [label, value] of map.entries()) {
    const at = label.indexOf(separator);
    const set = label.slice(0, at);
    if (label === coreName || (at >= 0 && deviceSets.has(set))) continue;
    if (at >= 0) {
      const members = sets.get(set) ?? new Map<string, Json>();
      // Whose word a duplicate was stands in the duplicate itself.
      const member = set === "duplicates" ? 1 : toJson(value);
      sets.set(set, members.set(label.slice(at + 1), member));
    } else if (value instanceof Y.Text) texts.set(label, textOf(value));
    else if (value !== null) fields.set(label, toJson(value));
  }
  const ownCore = Object.entries(toJsonObject(core)).filter(([one]) => !deviceCoreNames.has(one));
  const project = projectOf(name);
  return [
    {
      id,
      type,
      project,
      core: Object.fromEntries(ownCore),
      fields: Object.fromEntries(fields),
      sets: Object.fromEntries([...sets].map(([set, all]) => [set, Object.fromEntries(all)])),
      texts: Object.fromEntries(texts),
    },
  ];
};
