/** Where what comes in will stand, and whether it is there already. Counts what it has placed itself. */
import type * as Y from "yjs";
import { entriesPerShardMax, fixedDocOf, shardSize, spotOf } from "../docs/directory.ts";
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
  ): Result<PlannedSpot, DocNotOpen>;
  /** An id that came in, if this vault has such a project itself. */
  ownProject(id: EntryId): EntryId | undefined;
  noteEntry(id: EntryId, spot: PlannedSpot): void;
  /** Undefined: nothing of that name is here or planned. */
  spotOf(id: EntryId): Result<PlannedSpot | undefined, DocNotOpen>;
}

/**
 * Without a document where the directory names none: it is empty, so it need not be open. A new project's
 * must not have to be, since its id is another one each time that the import is planned.
 */
interface PlannedSpot {
  readonly name: DocName;
  readonly doc: Y.Doc | undefined;
}

/** `names`: what the directory lists. Nothing is written while it plans. */
export const createPlanner = (memory: Memory, names: readonly DocName[]): Planner => {
  const spots = new Map<EntryId, PlannedSpot>();
  /** How many entries a document has, with those that are planned. */
  const placed = new Map<DocName, number>();
  const listed = new Set(names);
  const namesByMonth = Map.groupBy(names, (name) => {
    const at = placeOf(name);
    return at?.kind === "memory" ? at.month : "";
  });

  const spotAt = (name: DocName): Result<PlannedSpot, DocNotOpen> => {
    if (!listed.has(name)) return ok({ name, doc: memory.docOf(name) });
    const doc = openDocOf(memory, name);
    return doc.ok ? ok({ name, doc: doc.value }) : doc;
  };

  const docsOfMonth = (kind: AnyKind, atMs: number): readonly DocName[] => {
    const fixed = fixedDocOf(kind, atMs);
    return fixed === undefined ? (namesByMonth.get(monthOf(atMs)) ?? []) : [fixed];
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
    for (const name of docsOfMonth(kind, atMs)) {
      const spot = spotAt(name);
      if (!spot.ok) return spot;
      const { doc } = spot.value;
      const known = doc === undefined ? undefined : importedAs(doc, origins);
      // Said and not written: an import was cut short.
      if (known !== undefined && doc?.getMap(kind.table).has(known) === true) return ok(known);
    }
    return ok(undefined);
  };

  const place: Planner["place"] = (kind, { project: wanted, entry: { atMs, origins } }) => {
    const fixed = fixedDocOf(kind, atMs);
    const ofMonth = docsOfMonth(kind, atMs);
    for (const name of ofMonth) {
      const spot = spotAt(name);
      if (!spot.ok) return spot;
      const { doc } = spot.value;
      if (doc !== undefined && importedAs(doc, origins) !== undefined) return spot;
    }
    const parts = ofMonth.flatMap((name) => {
      const shard = placeOf(name);
      return shard?.kind === "memory" && shard.project === wanted ? [shard.part] : [];
    });
    for (let part = Math.max(1, ...parts); ; part += 1) {
      const name = fixed ?? shardDoc({ project: wanted, month: monthOf(atMs), part });
      const spot = spotAt(name);
      if (!spot.ok) return spot;
      const { doc } = spot.value;
      const count = placed.get(name) ?? (doc === undefined ? 0 : shardSize(doc));
      if (fixed === undefined && count >= entriesPerShardMax) continue;
      placed.set(name, count + 1);
      return spot;
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
