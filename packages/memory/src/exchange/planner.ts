/** Where what comes in will stand, and whether it is there already. Counts what it has placed itself. */
import type * as Y from "yjs";
import {
  docNames,
  entriesPerShardMax,
  fixedDocOf,
  shardSize,
  type Spot,
  spotOf,
} from "../docs/directory.ts";
import { type DocName, monthOf, placeOf, rootDoc, shardDoc } from "../docs/names.ts";
import type { EntryKind } from "../entities/kind.ts";
import { kindOf } from "../entities/kinds.ts";
import { type EntryId, isEntryId, typeOfId } from "../ids.ts";
import { type DocNotOpen, type Memory, openDocOf } from "../memory.ts";
import { err, ok, type Result } from "../result.ts";
import { project } from "../entities/project.ts";
import { projectGroups } from "../commands/projects.ts";
import { mapOf } from "../store.ts";
import { importedAs } from "./ledger.ts";
import type { IncomingEntry } from "./incoming.ts";

type AnyKind = Pick<EntryKind<unknown>, "place" | "table">;

export interface Planner {
  find(kind: AnyKind, entry: IncomingEntry): Result<EntryId | undefined, DocNotOpen>;
  /** Where it was said to go, in an import that was cut short; else where there is room. */
  place(
    kind: AnyKind,
    at: { readonly project: EntryId | undefined; readonly entry: IncomingEntry },
  ): Result<Spot, DocNotOpen>;
  /** An id that came in, if this vault has such a project itself. */
  ownProject(id: EntryId): EntryId | undefined;
  noteEntry(id: EntryId, spot: Spot): void;
  /** Undefined: nothing of that name is here or planned. */
  spotOf(id: EntryId): Result<Spot | undefined, DocNotOpen>;
}

export const createPlanner = (memory: Memory): Planner => {
  const spots = new Map<EntryId, Spot>();
  /** How many entries a document has, with those that are planned. */
  const placed = new Map<Y.Doc, number>();

  /** Nothing is written meanwhile, so it is looked up once. */
  const namesByMonth = new Map<string, readonly DocName[]>();

  const docsOfMonth = (kind: AnyKind, atMs: number): Result<readonly DocName[], DocNotOpen> => {
    const fixed = fixedDocOf(kind, atMs);
    if (fixed !== undefined) return ok([fixed]);
    const month = monthOf(atMs);
    const known = namesByMonth.get(month);
    if (known !== undefined) return ok(known);
    const names = docNames(memory);
    if (!names.ok) return names;
    const isOfMonth = (name: DocName): boolean => {
      const place = placeOf(name);
      return place?.kind === "memory" && place.month === month;
    };
    const ofMonth = names.value.filter(isOfMonth);
    namesByMonth.set(month, ofMonth);
    return ok(ofMonth);
  };

  /** Under what it was called elsewhere, or under its own id where it came from here. */
  const find: Planner["find"] = (kind, entry) => {
    const { origins, atMs } = entry;
    for (const origin of origins) {
      if (!isEntryId(origin) || kindOf(typeOfId(origin))?.table !== kind.table) continue;
      const spot = spotOf(memory, kind, origin);
      if (spot.ok) return ok(origin);
      if (spot.error.type === "DocNotOpen") return err(spot.error);
    }
    const own = kind.table === project.table ? projectLike(memory, entry) : ok(undefined);
    if (!own.ok || own.value !== undefined) return own;
    const names = docsOfMonth(kind, atMs);
    if (!names.ok) return names;
    for (const name of names.value) {
      const doc = openDocOf(memory, name);
      if (!doc.ok) return doc;
      const known = importedAs(doc.value, origins);
      // Said and not written: an import was cut short.
      if (known !== undefined && doc.value.getMap(kind.table).has(known)) return ok(known);
    }
    return ok(undefined);
  };

  const place: Planner["place"] = (kind, { project: wanted, entry: { atMs, origins } }) => {
    const fixed = fixedDocOf(kind, atMs);
    const names = docsOfMonth(kind, atMs);
    if (!names.ok) return names;
    for (const name of names.value) {
      const doc = openDocOf(memory, name);
      if (!doc.ok) return doc;
      if (importedAs(doc.value, origins) !== undefined) return ok({ name, doc: doc.value });
    }
    const parts = names.value.flatMap((name) => {
      const shard = placeOf(name);
      return shard?.kind === "memory" && shard.project === wanted ? [shard.part] : [];
    });
    for (let part = Math.max(1, ...parts); ; part += 1) {
      const name = fixed ?? shardDoc({ project: wanted, month: monthOf(atMs), part });
      const doc = openDocOf(memory, name);
      if (!doc.ok) return doc;
      const count = placed.get(doc.value) ?? shardSize(doc.value);
      if (fixed === undefined && count >= entriesPerShardMax) continue;
      placed.set(doc.value, count + 1);
      return ok({ name, doc: doc.value });
    }
  };

  const root = memory.docOf(rootDoc);
  return {
    ownProject: (id) =>
      root !== undefined && mapOf(root, project, id) !== undefined ? id : undefined,
    find,
    place,
    noteEntry: (id, spot) => void spots.set(id, spot),
    spotOf: (id) => {
      const planned = spots.get(id);
      if (planned !== undefined) return ok(planned);
      const kind = kindOf(typeOfId(id));
      if (kind === undefined) return ok(undefined);
      const spot = spotOf(memory, kind, id);
      if (spot.ok) return spot;
      return spot.error.type === "DocNotOpen" ? err(spot.error) : ok(undefined);
    },
  };
};

/** The oldest of this vault that shares a remote with one that comes in. */
const projectLike = (
  memory: Memory,
  { sets }: IncomingEntry,
): Result<EntryId | undefined, DocNotOpen> => {
  const groups = projectGroups(memory);
  if (!groups.ok) return groups;
  const remotes = Object.keys(sets["remotes"] ?? {});
  return ok(groups.value.find((one) => remotes.some((remote) => one.remotes.has(remote)))?.id);
};
