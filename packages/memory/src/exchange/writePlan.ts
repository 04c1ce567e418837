/** Writes what an import has planned, in edits that fit an envelope. */
import type * as Y from "yjs";
import type { DocName } from "../docs/names.ts";
import { eventsTable } from "../entities/event.ts";
import { kinds } from "../entities/kinds.ts";
import type { EntryId } from "../ids.ts";
import type { JsonObject } from "../json.ts";
import { memoryOrigin } from "../memory.ts";
import { putEntry } from "../store.ts";
import type { IncomingEntry, IncomingEvent, Skipped } from "./incoming.ts";
import { noteImported } from "./ledger.ts";
import { renamed } from "./rename.ts";

/** Of one edit as JSON: a quarter of the largest envelope, and Yjs writes about as much. */
const editLengthMax = 262_144;

interface PlannedEntry {
  readonly doc: Y.Doc;
  readonly id: EntryId;
  readonly entry: IncomingEntry;
}
interface PlannedEvent {
  readonly doc: Y.Doc;
  readonly id: EntryId;
  readonly event: IncomingEvent;
}
export interface Plan {
  readonly entries: PlannedEntry[];
  readonly events: PlannedEvent[];
  readonly names: Set<DocName>;
  readonly skipped: Skipped[];
  /** Foreign names to ids of this vault. */
  readonly idByOrigin: Map<string, EntryId>;
  presentCount: number;
}

/** Several edits for each document: one of everything might not fit an envelope. */
export const writePlan = ({ entries, events, idByOrigin }: Plan): void => {
  const works = [
    ...entries.map((one) => ({
      doc: one.doc,
      size: JSON.stringify(one.entry).length,
      work: () => writeEntry(one, idByOrigin),
    })),
    ...events.map((one) => ({
      doc: one.doc,
      size: JSON.stringify(one.event).length,
      work: () => writeEvent(one, idByOrigin),
    })),
  ];
  for (const [doc, group] of Map.groupBy(works, (one) => one.doc)) {
    let batch: (() => void)[] = [];
    let size = 0;
    const flush = (): void => {
      const ready = batch;
      doc.transact(() => ready.forEach((work) => work()), memoryOrigin);
      batch = [];
      size = 0;
    };
    for (const one of group) {
      if (size + one.size > editLengthMax && batch.length > 0) flush();
      batch.push(one.work);
      size += one.size;
    }
    flush();
  }
};

const writeEntry = (
  { doc, id, entry }: PlannedEntry,
  idByOrigin: ReadonlyMap<string, EntryId>,
): void => {
  const name = renamed(idByOrigin);
  const core = { ...(name(entry.core) as JsonObject), origins: entry.origins };
  const members = (all: IncomingEntry["sets"]): IncomingEntry["sets"] =>
    name(all) as IncomingEntry["sets"];
  // Whose word a duplicate was is what the file says.
  const { duplicates = {}, ...sets } = members(entry.sets);
  const links = Object.fromEntries(Object.keys(duplicates).map((one) => [one, 1]));
  putEntry(doc, kinds[entry.type], id, {
    core,
    fields: name(entry.fields) as JsonObject,
    sets: { ...sets, duplicates: links },
    lists: members(entry.lists),
    texts: entry.texts,
  });
  noteImported(doc, entry.origins, id);
};

const writeEvent = (
  { doc, id, event: { core, of, origins } }: PlannedEvent,
  idByOrigin: ReadonlyMap<string, EntryId>,
): void => {
  const value = { ...(renamed(idByOrigin)(core) as JsonObject), of, origins };
  doc.getMap(eventsTable).set(id, value);
  noteImported(doc, origins, id);
};
