/**
 * Plans an import: which of what comes in is here already, and under which id and in which document the
 * rest will stand. Nothing is written, so a document that is not open stops it before anything happened.
 * Each is known by what it was called before, and gets a random id like any other.
 */
import type * as Y from "yjs";
import { docNames } from "../docs/directory.ts";
import { type DocName, monthOf, placeOf } from "../docs/names.ts";
import { event, eventsTable } from "../entities/event.ts";
import { kindNames, kinds } from "../entities/kinds.ts";
import { createEntryId, type EntryId, isEntryId } from "../ids.ts";
import type { DocNotOpen, Memory } from "../memory.ts";
import { err, ok, type Result } from "../result.ts";
import { isTombstone, isTooLarge } from "../store.ts";
import type { Incoming, IncomingEntry, IncomingEvent, Skipped } from "./incoming.ts";
import { importedAs, reservedFor } from "./ledger.ts";
import { createPlanner, type Planner } from "./planner.ts";

export interface PlannedEntry {
  readonly name: DocName;
  readonly id: EntryId;
  readonly entry: IncomingEntry;
}
export interface PlannedEvent {
  readonly name: DocName;
  readonly id: EntryId;
  readonly event: IncomingEvent;
}
export interface ImportPlan {
  readonly entries: readonly PlannedEntry[];
  readonly events: readonly PlannedEvent[];
  readonly skipped: readonly Skipped[];
  /** Foreign names to ids of this vault. */
  readonly idByOrigin: ReadonlyMap<string, EntryId>;
  readonly presentCount: number;
}

interface Plan extends ImportPlan {
  readonly entries: PlannedEntry[];
  readonly events: PlannedEvent[];
  readonly skipped: Skipped[];
  readonly idByOrigin: Map<string, EntryId>;
  presentCount: number;
}

export const planImport = (memory: Memory, incoming: Incoming): Result<ImportPlan, DocNotOpen> => {
  const plan: Plan = {
    entries: [],
    events: [],
    skipped: [...incoming.skipped],
    idByOrigin: new Map(),
    presentCount: 0,
  };
  const names = docNames(memory);
  if (!names.ok) return names;
  const closed = closedOf(memory, names.value, incoming);
  if (closed !== undefined) return err({ type: "DocNotOpen", name: closed });
  const planner = createPlanner(memory, names.value);
  const isProject = ({ type }: IncomingEntry): boolean => type === "project";
  // Projects first: the others stand in theirs.
  for (const entry of [
    ...incoming.entries.filter(isProject),
    ...incoming.entries.filter((one) => !isProject(one)),
  ]) {
    const missing = planEntry(memory, planner, plan, entry);
    if (missing !== undefined) return { ok: false, error: missing };
  }
  for (const one of incoming.events) {
    const missing = planEvent(memory, planner, plan, one);
    if (missing !== undefined) return { ok: false, error: missing };
  }
  return ok(plan);
};

/** Named before anything is planned: all of the plan is made anew for each. */
const closedOf = (
  memory: Memory,
  names: readonly DocName[],
  { entries }: Incoming,
): DocName | undefined => {
  const months = new Set(
    entries.filter(({ type }) => kinds[type].place === "memory").map(({ atMs }) => monthOf(atMs)),
  );
  return names.find((name) => {
    const place = placeOf(name);
    const isNeeded = place?.kind === "memory" && months.has(place.month);
    return isNeeded && memory.docOf(name) === undefined;
  });
};

const planEntry = (
  memory: Memory,
  planner: Planner,
  plan: Plan,
  entry: IncomingEntry,
): DocNotOpen | undefined => {
  const kind = kinds[entry.type];
  const [what] = entry.origins;
  const checked = kind.core.read(entry.core, "", "lenient");
  if (!checked.ok) {
    plan.skipped.push({ what, why: "WrongField", field: checked.error.field });
    return undefined;
  }
  if (isTooLarge(entry)) {
    plan.skipped.push({ what, why: "TooLarge" });
    return undefined;
  }
  const { project: foreign } = entry;
  const project =
    foreign === undefined
      ? undefined
      : (plan.idByOrigin.get(foreign) ?? planner.ownProject(foreign));
  const present = planner.find(kind, entry);
  if (!present.ok) return present.error;
  const known = present.value ?? entry.origins.flatMap((one) => plan.idByOrigin.get(one) ?? [])[0];
  if (known !== undefined) plan.presentCount += 1;
  let id = known;
  if (id === undefined) {
    const spot = planner.place(kind, { project, entry });
    if (!spot.ok) return spot.error;
    id =
      reservedFor(memory, spot.value, kind, entry.origins) ??
      createEntryId(kind.type, { atMs: entry.atMs, randomBytes: memory.randomBytes });
    plan.entries.push({ name: spot.value.name, id, entry });
    planner.noteEntry(id, spot.value);
  }
  for (const origin of entry.origins) plan.idByOrigin.set(origin, id);
  return undefined;
};

const planEvent = (
  memory: Memory,
  planner: Planner,
  plan: Plan,
  one: IncomingEvent,
): DocNotOpen | undefined => {
  const [what] = one.origins;
  const target = plan.idByOrigin.get(one.of) ?? (isEntryId(one.of) ? one.of : undefined);
  const spot = target === undefined ? undefined : planner.spotOf(target);
  if (spot?.ok === false) return spot.error;
  if (target === undefined || spot?.value === undefined) {
    plan.skipped.push({ what, why: "TargetUnknown" });
    return undefined;
  }
  const { doc, name } = spot.value;
  if (doc !== undefined && isEventOver(doc, target, one.origins)) return undefined;
  const checked = event.read({ ...one.core, of: target }, "", "lenient");
  if (!checked.ok) {
    plan.skipped.push({ what, why: "WrongField", field: checked.error.field });
    return undefined;
  }
  if (isTooLarge(one)) {
    plan.skipped.push({ what, why: "TooLarge" });
    return undefined;
  }
  const atMs = Number(one.core["at"] ?? 0);
  const id =
    reservedFor(memory, spot.value, { type: "event", table: eventsTable }, one.origins) ??
    createEntryId("event", { atMs, randomBytes: memory.randomBytes });
  plan.events.push({ name, id, event: { ...one, of: target } });
  for (const origin of one.origins) plan.idByOrigin.set(origin, id);
  return undefined;
};

/** It is here, or what it is of is gone. */
const isEventOver = (doc: Y.Doc, target: EntryId, origins: readonly string[]): boolean => {
  const isGone = kindNames.some((type) => isTombstone(doc.getMap(kinds[type].table).get(target)));
  const table = doc.getMap(eventsTable);
  const names = [importedAs(doc, origins), ...origins];
  return isGone || names.some((id) => id !== undefined && table.has(id));
};
