/**
 * Writes what an import has planned, in batches. The first says which id each thing will have, so that an
 * import that was cut short goes on with the same ids when it is run again, and what refers to something
 * that was not written yet refers to the right thing.
 */
import type * as Y from "yjs";
import { listDoc } from "../docs/directory.ts";
import { type DocName, rootDoc } from "../docs/names.ts";
import { eventsTable } from "../entities/event.ts";
import { kinds } from "../entities/kinds.ts";
import type { EntryId } from "../ids.ts";
import type { JsonObject } from "../json.ts";
import { type DocNotOpen, type Memory, memoryOrigin, openDocOf } from "../memory.ts";
import { ok, type Result } from "../result.ts";
import { putEntry } from "../store.ts";
import type { IncomingEntry } from "./incoming.ts";
import { noteImported } from "./ledger.ts";
import type { ImportPlan, PlannedEntry, PlannedEvent } from "./planImport.ts";
import { renamed } from "./rename.ts";

/** Of one edit as JSON: a quarter of the largest envelope, and Yjs writes about as much. */
const editLengthMax = 262_144;
/** Of one batch: some tenths of a second, between which others have their turn. */
const batchLength = 1_048_576;

interface Work {
  readonly name: DocName;
  readonly length: number;
  /** How much of the import this is: an entry or an event, or none. */
  readonly count: number;
  readonly run: (doc: Y.Doc) => void;
}

export interface ImportBatch {
  /** Entries and events in it. */
  readonly count: number;
  /** Once, in the order of the batches. */
  write(memory: Memory): Result<{ readonly docs: readonly DocName[] }, DocNotOpen>;
}

export const batchesOf = (
  plan: ImportPlan,
  lengthMax: number = batchLength,
): readonly ImportBatch[] => {
  const planned = [...plan.entries, ...plan.events];
  if (planned.length === 0) return [];
  const reservations = planned.map(reservation);
  const works = [
    ...plan.entries.map((one) => entryWork(one, plan.idByOrigin)),
    ...plan.events.map((one) => eventWork(one, plan.idByOrigin)),
  ];
  return [reservations, ...cut(byDocument(works), lengthMax)].map(batchOf);
};

const batchOf = (works: readonly Work[]): ImportBatch => ({
  count: works.reduce((sum, { count }) => sum + count, 0),
  write: (memory) => {
    const root = openDocOf(memory, rootDoc);
    if (!root.ok) return root;
    const docs = new Map<DocName, Y.Doc>();
    for (const { name } of works) {
      const doc = openDocOf(memory, name);
      if (!doc.ok) return doc;
      docs.set(name, doc.value);
    }
    const isNew = [...docs.keys()].map((name) => listDoc(root.value, name)).includes(true);
    for (const [name, doc] of docs)
      for (const edit of cut(
        works.filter((work) => work.name === name),
        editLengthMax,
      ))
        doc.transact(() => edit.forEach(({ run }) => run(doc)), memoryOrigin);
    const names = [...docs.keys()].filter((name) => name !== rootDoc);
    return ok({ docs: isNew || docs.has(rootDoc) ? [rootDoc, ...names] : names });
  },
});

const byDocument = (works: readonly Work[]): readonly Work[] =>
  [...Map.groupBy(works, ({ name }) => name).values()].flat();

/** Pieces of at most that length; what is longer alone stands alone. */
const cut = (works: readonly Work[], lengthMax: number): readonly (readonly Work[])[] => {
  const pieces: Work[][] = [];
  let length = 0;
  for (const work of works) {
    const piece = pieces.at(-1);
    if (piece === undefined || length + work.length > lengthMax) {
      pieces.push([work]);
      length = work.length;
    } else {
      piece.push(work);
      length += work.length;
    }
  }
  return pieces;
};

const originsOf = (one: PlannedEntry | PlannedEvent): readonly string[] =>
  "entry" in one ? one.entry.origins : one.event.origins;

const reservation = (one: PlannedEntry | PlannedEvent): Work => {
  const origins = originsOf(one);
  return {
    name: one.name,
    length: origins.reduce((sum, origin) => sum + origin.length + one.id.length, 0),
    count: 0,
    run: (doc) => noteImported(doc, origins, one.id),
  };
};

const entryWork = (
  { name, id, entry }: PlannedEntry,
  idByOrigin: ReadonlyMap<string, EntryId>,
): Work => ({
  name,
  length: JSON.stringify(entry).length,
  count: 1,
  run: (doc) => {
    const rename = renamed(idByOrigin);
    const members = (all: IncomingEntry["sets"]): IncomingEntry["sets"] =>
      rename(all) as IncomingEntry["sets"];
    // Whose word a duplicate was is what the file says.
    const { duplicates = {}, ...sets } = members(entry.sets);
    const links = Object.fromEntries(Object.keys(duplicates).map((one) => [one, 1]));
    putEntry(doc, kinds[entry.type], id, {
      core: { ...(rename(entry.core) as JsonObject), origins: entry.origins },
      fields: rename(entry.fields) as JsonObject,
      sets: { ...sets, duplicates: links },
      lists: members(entry.lists),
      texts: entry.texts,
    });
  },
});

const eventWork = (
  { name, id, event: { core, of, origins } }: PlannedEvent,
  idByOrigin: ReadonlyMap<string, EntryId>,
): Work => ({
  name,
  length: JSON.stringify(core).length,
  count: 1,
  run: (doc) => {
    const value = { ...(renamed(idByOrigin)(core) as JsonObject), of, origins };
    doc.getMap(eventsTable).set(id, value);
  },
});
