/** Makes an entry of any kind: checked, placed, written in one edit of its document. */
import { listDoc, type Spot, spotFor } from "../docs/directory.ts";
import { type DocName, rootDoc } from "../docs/names.ts";
import type { EntryKind } from "../entities/kind.ts";
import { createEntryId, type EntryId } from "../ids.ts";
import type { Json } from "../json.ts";
import { type DocNotOpen, type Memory, openDocOf } from "../memory.ts";
import { err, ok, type Result } from "../result.ts";
import { type BadField, type Fields, object, type Shape } from "../shape.ts";
import { isTooLarge, type NewEntry, putEntry } from "../store.ts";

export interface Written {
  readonly id: EntryId;
  /** What changed: durable once each of them has been saved. */
  readonly docs: readonly DocName[];
}

export interface Creation<Core, F extends Fields> {
  readonly core: Core;
  readonly fields?: Shape<F>;
  readonly tags?: readonly string[] | undefined;
  readonly sets?: NewEntry["sets"];
  readonly lists?: NewEntry["lists"];
  readonly texts?: NewEntry["texts"];
  readonly project?: EntryId | undefined;
  /** When it was made, if not now: decides on its id and its month. */
  readonly atMs?: number | undefined;
}

export const createEntry = <Core, F extends Fields>(
  memory: Memory,
  kind: EntryKind<Core, F>,
  creation: Creation<Core, F>,
): Result<Written, BadField | DocNotOpen> => {
  const entry = checkedEntry(kind, creation);
  if (!entry.ok) return entry;
  const atMs = creation.atMs ?? memory.nowMs();
  const spot = spotFor(memory, kind, { project: creation.project, atMs });
  if (!spot.ok) return spot;
  const id = createEntryId(kind.type, { atMs, randomBytes: memory.randomBytes });
  return putAt(memory, spot.value, { kind, id, entry: entry.value });
};

const checkedEntry = <Core, F extends Fields>(
  kind: EntryKind<Core, F>,
  creation: Creation<Core, F>,
): Result<NewEntry, BadField> => {
  const core = kind.core.read(creation.core, "", "strict");
  if (!core.ok) return core;
  const fields = object(kind.fields).read(creation.fields ?? {}, "", "strict");
  if (!fields.ok) return fields;
  const tags = tagMembers(creation.tags ?? []);
  if (!tags.ok) return tags;
  const entry: NewEntry = {
    // Every core is an object; the kind says of which fields.
    core: core.value as object,
    fields: fields.value,
    sets: kind.sets.includes("tags") ? { ...creation.sets, tags: tags.value } : creation.sets,
    lists: creation.lists,
    texts: creation.texts,
  };
  return isTooLarge(entry)
    ? err({ type: "BadField", field: "entry", expected: "less than 480 kB altogether" })
    : ok(entry);
};

const putAt = (
  memory: Memory,
  { name, doc }: Spot,
  {
    kind,
    id,
    entry,
  }: { readonly kind: EntryKind<unknown>; readonly id: EntryId; readonly entry: NewEntry },
): Result<Written, DocNotOpen> => {
  const root = openDocOf(memory, rootDoc);
  if (!root.ok) return root;
  // The directory first: a document that nobody names would not be found, an empty one harms nobody.
  const isNew = listDoc(root.value, name);
  putEntry(doc, kind, id, entry);
  return ok({ id, docs: isNew ? [rootDoc, name] : [name] });
};

const tagLengthMax = 100;
const tagCountMax = 100;

const cleanTag = (tag: string): string => tag.trim().replace(/^#/u, "").toWellFormed();

export const parseTags = (tags: readonly string[]): Result<readonly string[], BadField> => {
  const clean = tags.map(cleanTag);
  // Objects have no such name of their own, so an export would lose it.
  const isGood = (tag: string): boolean =>
    tag !== "" && tag !== "__proto__" && tag.length <= tagLengthMax;
  return clean.length <= tagCountMax && clean.every(isGood)
    ? ok([...new Set(clean)])
    : err({
        type: "BadField",
        field: "tags",
        expected: `up to ${tagCountMax} tags of 1 to ${tagLengthMax} characters`,
      });
};

const tagMembers = (tags: readonly string[]): Result<Readonly<Record<string, Json>>, BadField> => {
  const parsed = parseTags(tags);
  return parsed.ok ? ok(Object.fromEntries(parsed.value.map((tag) => [tag, 1]))) : parsed;
};
