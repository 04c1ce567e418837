/**
 * Brings foreign entries in, any number of times, without a second copy: each is known by what it was
 * called before, and gets a random id like any other. First everything is planned, so that a document
 * that is not open stops the import before anything is written.
 */
import { listDoc } from "../docs/directory.ts";
import { rootDoc } from "../docs/names.ts";
import { event, eventsTable } from "../entities/event.ts";
import { kindNames, kinds } from "../entities/kinds.ts";
import { createEntryId, isEntryId } from "../ids.ts";
import { type DocNotOpen, type Memory, openDocOf } from "../memory.ts";
import { ok, type Result } from "../result.ts";
import { isTombstone, isTooLarge } from "../store.ts";
import { importedAs } from "./ledger.ts";
import type { ImportReport, Incoming, IncomingEntry, IncomingEvent } from "./incoming.ts";
import { createPlanner, type Planner } from "./planner.ts";
import { type Plan, writePlan } from "./writePlan.ts";

export const bringIn = (memory: Memory, incoming: Incoming): Result<ImportReport, DocNotOpen> => {
  const root = openDocOf(memory, rootDoc);
  if (!root.ok) return root;
  const plan: Plan = {
    entries: [],
    events: [],
    names: new Set(),
    skipped: [...incoming.skipped],
    idByOrigin: new Map(),
    presentCount: 0,
  };
  const planner = createPlanner(memory);
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
  for (const name of plan.names) listDoc(root.value, name);
  writePlan(plan);
  const { presentCount, skipped, entries } = plan;
  const ids = entries.map(({ id }) => id);
  const docs = [...plan.names];
  return ok({
    importedCount: ids.length,
    presentCount,
    skipped,
    ids,
    docs: docs.length === 0 ? [] : [rootDoc, ...docs.filter((name) => name !== rootDoc)],
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
    const spot = planner.place(kind, { project, atMs: entry.atMs });
    if (!spot.ok) return spot.error;
    id = createEntryId(kind.type, { atMs: entry.atMs, randomBytes: memory.randomBytes });
    plan.entries.push({ doc: spot.value.doc, id, entry });
    plan.names.add(spot.value.name);
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
  if (spot?.value === undefined) {
    plan.skipped.push({ what, why: "TargetUnknown" });
    return undefined;
  }
  const { doc } = spot.value;
  const isGone = kindNames.some((type) =>
    isTombstone(doc.getMap(kinds[type].table).get(String(target))),
  );
  const isPresent =
    isGone ||
    importedAs(doc, one.origins) !== undefined ||
    one.origins.some((origin) => doc.getMap(eventsTable).has(origin));
  if (!isPresent) {
    const atMs = Number(one.core["at"] ?? 0);
    const id = createEntryId("event", { atMs, randomBytes: memory.randomBytes });
    const checked = event.read({ ...one.core, of: target }, "", "lenient");
    if (checked.ok) {
      plan.names.add(spot.value.name);
      plan.events.push({ doc, id, event: { ...one, of: String(target) } });
      for (const origin of one.origins) plan.idByOrigin.set(origin, id);
    } else plan.skipped.push({ what, why: "WrongField", field: checked.error.field });
  }
  return undefined;
};
