/** Entries in documents: made, read, changed. Knows Y.Map and kinds; knows no folds and no commands. */
import * as Y from "yjs";
import type { EntryKind } from "./entities/kind.ts";
import type { DocName } from "./docs/names.ts";
import { type EntryId, isEntryId } from "./ids.ts";
import { isJsonObject, type Json, type JsonObject, toJson, toJsonObject } from "./json.ts";
import { type Author, type Memory, memoryOrigin } from "./memory.ts";
import { type Fields, object, type Shape } from "./shape.ts";
import { writingOf } from "./yjsInternals.ts";

type Members = Readonly<Record<string, ReadonlyMap<string, Json>>>;

export interface Entry<Core, F extends Fields = Fields> {
  readonly id: EntryId;
  readonly doc: DocName;
  readonly core: Core;
  readonly fields: Shape<F>;
  readonly sets: Members;
  readonly lists: Members;
  readonly texts: Readonly<Record<string, string>>;
  /** Who wrote the core, as its clientID proves; undefined where no chain vouches for it. */
  readonly author: Author | undefined;
  /** Whether somebody other than the creator wrote the core, or anybody wrote it twice. */
  readonly isAltered: boolean;
  /** Who forgot it, proved in the same way. */
  readonly forgottenBy: Author | undefined;
}

export const coreName = "c";
/** Not in a field's name and not in a set's. */
export const separator = ":";

export interface NewEntry {
  readonly core: object;
  readonly fields?: object | undefined;
  readonly sets?: Readonly<Record<string, Readonly<Record<string, Json>>>> | undefined;
  readonly lists?: Readonly<Record<string, Readonly<Record<string, Json>>>> | undefined;
  readonly texts?: Readonly<Record<string, string>> | undefined;
}

/** An entry's core is one value, which cannot be split, and the engine takes none of more than half a MiB. */
const entryByteLengthMax = 480_000;
/** A number takes up to nine bytes there, and may take one in JSON. */
const numberStandIn = "nine bytes";

export const isTooLarge = (entry: object): boolean =>
  new TextEncoder().encode(
    JSON.stringify(entry, (_, value: unknown) =>
      typeof value === "number" ? numberStandIn : value,
    ),
  ).length > entryByteLengthMax;

export const putEntry = (
  doc: Y.Doc,
  kind: Pick<EntryKind<unknown>, "table" | "texts">,
  id: EntryId,
  entry: NewEntry,
): void =>
  doc.transact(() => {
    const map = new Y.Map<unknown>();
    map.set(coreName, toJsonObject(entry.core));
    for (const [name, value] of Object.entries(toJsonObject(entry.fields ?? {})))
      map.set(name, value);
    for (const members of [entry.sets ?? {}, entry.lists ?? {}])
      for (const [set, values] of Object.entries(members))
        for (const [name, value] of Object.entries(values))
          map.set(memberName(set, name), toJson(value));
    for (const name of kind.texts)
      map.set(name, new Y.Text((entry.texts?.[name] ?? "").toWellFormed()));
    doc.getMap(kind.table).set(id, map);
  }, memoryOrigin);

export const memberName = (set: string, name: string): string =>
  `${set}${separator}${name.toWellFormed()}`;

/** What is left of an entry once the time for undo is over: its id, and when. */
export interface Tombstone {
  readonly gone: number;
}

export const isTombstone = (value: unknown): value is Tombstone =>
  isJsonObject(value) && typeof value["gone"] === "number";

export const mapOf = (
  doc: Y.Doc,
  kind: Pick<EntryKind<unknown>, "table">,
  id: EntryId,
): Y.Map<unknown> | undefined => {
  const value = doc.getMap(kind.table).get(id);
  return value instanceof Y.Map ? (value as Y.Map<unknown>) : undefined;
};

export interface Source {
  readonly memory: Pick<Memory, "authorOf">;
  readonly name: DocName;
  readonly doc: Y.Doc;
}

/** Undefined for none, for a tombstone, and for one whose core this version cannot read. */
export const readEntry = <Core, F extends Fields>(
  { memory, name, doc }: Source,
  kind: EntryKind<Core, F>,
  id: EntryId,
): Entry<Core, F> | undefined => {
  const map = mapOf(doc, kind, id);
  if (map === undefined) return undefined;
  const core = kind.core.read(map.get(coreName), "", "lenient");
  if (!core.ok) return undefined;
  const written = writingOf(map, coreName);
  const created = writingOf(doc.getMap(kind.table), id);
  const isOriginal =
    written !== undefined &&
    created !== undefined &&
    !written.isOverwrite &&
    !created.isOverwrite &&
    written.clientId === created.clientId;
  return {
    id,
    doc: name,
    core: core.value,
    author: written === undefined ? undefined : memory.authorOf(written.clientId, name),
    isAltered: !isOriginal,
    forgottenBy: forgetterOf(memory, name, map),
    ...readValues(map, kind),
  };
};

const forgetterOf = (
  memory: Source["memory"],
  name: DocName,
  map: Y.Map<unknown>,
): Author | undefined => {
  const deleted = writingOf(map, "deleted");
  return deleted === undefined ? undefined : memory.authorOf(deleted.clientId, name);
};

const readValues = <F extends Fields>(
  map: Y.Map<unknown>,
  kind: EntryKind<unknown, F>,
): Pick<Entry<unknown, F>, "fields" | "lists" | "sets" | "texts"> => {
  const fields = new Map<string, unknown>();
  const texts = new Map<string, string>();
  // No plain objects under names that anybody may choose: `constructor` is one.
  const members = new Map(
    [...kind.sets, ...kind.lists].map((set) => [set, new Map<string, Json>()] as const),
  );
  for (const [name, value] of map.entries()) {
    const at = name.indexOf(separator);
    if (at >= 0) members.get(name.slice(0, at))?.set(name.slice(at + 1), toJson(value));
    else if (value instanceof Y.Text) texts.set(name, textOf(value));
    else if (value !== null) fields.set(name, value);
  }
  const read = object(kind.fields).read(Object.fromEntries(fields), "", "lenient");
  const pick = (names: readonly string[]): Members =>
    Object.fromEntries(names.map((name) => [name, members.get(name) ?? new Map<string, Json>()]));
  return {
    fields: read.ok ? read.value : ({} as Shape<F>),
    sets: pick(kind.sets),
    lists: pick(kind.lists),
    texts: Object.fromEntries(kind.texts.map((name) => [name, texts.get(name) ?? ""])),
  };
};

// oxlint-disable-next-line typescript/no-base-to-string Y.Text spells itself out.
export const textOf = (value: Y.Text): string => value.toString();

/** All of a kind in a document, in the order of their age. */
export const entryIds = (doc: Y.Doc, kind: Pick<EntryKind<unknown>, "table">): readonly EntryId[] =>
  [...doc.getMap(kind.table).keys()].filter(isEntryId);

/** The core as it stands, with names that this version does not know. */
export const rawCoreOf = (map: Y.Map<unknown>): JsonObject => {
  const core = map.get(coreName);
  return isJsonObject(core) ? core : {};
};

/** A value to set, or undefined to take it away. Unchanged ones cost nothing. */
export const setFields = (
  doc: Y.Doc,
  map: Y.Map<unknown>,
  fields: Readonly<Record<string, unknown>>,
): void =>
  doc.transact(() => {
    for (const [name, value] of Object.entries(fields)) {
      if (value === undefined) {
        if (map.has(name)) map.delete(name);
        continue;
      }
      const plain = toJson(value);
      if (JSON.stringify(toJson(map.get(name))) !== JSON.stringify(plain)) map.set(name, plain);
    }
  }, memoryOrigin);
