/**
 * Events as folds see them: in one order on every device. A concurrent `set` in a Y.Map is won by the
 * higher clientID; here nothing is ever set twice, and time stands inside the value (MEM5).
 */
import type * as Y from "yjs";
import { event, type EventCore, eventsTable } from "../entities/event.ts";
import { byAge, createEntryId, type EntryId, isEntryId } from "../ids.ts";
import { isJsonObject, toJsonObject } from "../json.ts";
import { type Author, type Memory, memoryOrigin } from "../memory.ts";
import type { Source } from "../store.ts";
import { writingOf } from "../yjsInternals.ts";

export interface Event {
  readonly id: EntryId;
  readonly core: EventCore;
  readonly author: Author | undefined;
  /** When it counts as: what it says, unless that is still to come. */
  readonly atMs: number;
}

/** Clocks of honest machines differ by less; more is a wrong clock or a lie. */
const clockDifferenceMsMax = 5 * 60_000;

/**
 * What is dated in the future counts as at its sender's last beacon (MEM6). Without a beacon that can be
 * true nothing is known of its time, and it stands before all that has one: counted as now, it would stay
 * the newest for ever.
 */
const countedMs = (atMs: number, author: Author | undefined, nowMs: number): number => {
  const latestMs = nowMs + clockDifferenceMsMax;
  if (atMs <= latestMs) return atMs;
  const beaconMs = author?.lastBeaconMs ?? 0;
  return beaconMs <= latestMs ? beaconMs : 0;
};

const byHybridClock = (a: Event, b: Event): number =>
  a.atMs - b.atMs || a.core.at - b.core.at || a.core.tick - b.core.tick || byAge(a.id, b.id);

type EventSource = Source & { readonly memory: Pick<Memory, "authorOf" | "nowMs"> };

const readEvent = (
  { memory, name }: EventSource,
  table: Y.Map<unknown>,
  id: string,
): Event | undefined => {
  const core = event.read(table.get(id), "", "lenient");
  const written = writingOf(table, id);
  // Written twice means altered: an event that somebody changed says nothing any more.
  if (!core.ok || written === undefined || written.isOverwrite || !isEntryId(id)) return undefined;
  const author = memory.authorOf(written.clientId, name);
  const atMs = countedMs(core.value.at, author, memory.nowMs());
  return { id, core: core.value, author, atMs };
};

/** Of one entry, oldest first. They stand in its own document. */
export const eventsOf = (source: EventSource, target: EntryId): readonly Event[] => {
  const table = source.doc.getMap(eventsTable);
  return [...table.entries()]
    .filter(([, value]) => isJsonObject(value) && value["of"] === target)
    .flatMap(([id]) => readEvent(source, table, id) ?? [])
    .toSorted(byHybridClock);
};

/** Of all entries of a document at once: one pass, where a thousand entries would make a thousand. */
export const eventsByTarget = (source: EventSource): ReadonlyMap<string, readonly Event[]> => {
  const table = source.doc.getMap(eventsTable);
  const events = [...table.keys()].flatMap((id) => readEvent(source, table, id) ?? []);
  return Map.groupBy(events.toSorted(byHybridClock), ({ core }) => core.of);
};

export type NewEvent = Omit<EventCore, "at" | "device" | "of" | "tick">;

/**
 * Later than all that is known of the entry, though a clock runs behind: else an answer could stand
 * before what it answers.
 */
export const addEvent = (
  source: EventSource & { readonly memory: Memory },
  target: EntryId,
  content: NewEvent,
): EntryId => {
  const { memory, doc } = source;
  const newest = eventsOf(source, target).at(-1);
  const nowMs = memory.nowMs();
  const at = Math.max(nowMs, newest?.atMs ?? 0);
  const tick = newest?.atMs === at ? newest.core.tick + 1 : 0;
  const id = createEntryId("event", { atMs: nowMs, randomBytes: memory.randomBytes });
  putEvent(doc, id, { ...content, of: target, at, tick, device: memory.device });
  return id;
};

const putEvent = (doc: Y.Doc, id: EntryId, core: EventCore): void =>
  doc.transact(() => void doc.getMap(eventsTable).set(id, toJsonObject(core)), memoryOrigin);
