/**
 * Who took what away, as the clientID of the operation proves it: what `deleted` says of itself anybody
 * could write. So a deletion of many things at once has a name, and a way back.
 */
import { docNames } from "../docs/directory.ts";
import type { DocName } from "../docs/names.ts";
import { kindNames, kindOf, kinds } from "../entities/kinds.ts";
import { type EntryId, typeOfId } from "../ids.ts";
import { isJsonObject } from "../json.ts";
import { type DocNotOpen, type Memory, openDocOf } from "../memory.ts";
import { ok, type Result } from "../result.ts";
import { entryIds, isTombstone, mapOf } from "../store.ts";
import { writingOf } from "../yjsInternals.ts";

export interface Forgetting {
  readonly id: EntryId;
  /** Undefined: no chain vouches for it. */
  readonly device: string | undefined;
  /** When, as its device's clock said. */
  readonly atMs: number;
  /** Buried: nothing brings it back. */
  readonly isGone: boolean;
}

/** Of those of them that are forgotten or gone. */
export const forgettingsOf = (
  memory: Memory,
  name: DocName,
  ids: Iterable<EntryId>,
): Result<readonly Forgetting[], DocNotOpen> => {
  const opened = openDocOf(memory, name);
  if (!opened.ok) return opened;
  const doc = opened.value;
  const found: Forgetting[] = [];
  for (const id of ids) {
    const kind = kindOf(typeOfId(id));
    if (kind === undefined) continue;
    const table = doc.getMap(kind.table);
    const map = mapOf(doc, kind, id);
    const value = map === undefined ? table.get(id) : map.get("deleted");
    const written = map === undefined ? writingOf(table, id) : writingOf(map, "deleted");
    if (written === undefined || !isJsonObject(value)) continue;
    const atMs = isTombstone(value) ? value.gone : value["at"];
    if (typeof atMs !== "number") continue;
    const device = memory.authorOf(written.clientId, name)?.device;
    found.push({ id, device, atMs, isGone: map === undefined });
  }
  return ok(found);
};

/** All that a device has forgotten since then and that can come back, in all documents. */
export const forgottenBy = (
  memory: Memory,
  device: string,
  { sinceMs }: { readonly sinceMs: number },
): Result<readonly EntryId[], DocNotOpen> => {
  const names = docNames(memory);
  if (!names.ok) return names;
  const ids: EntryId[] = [];
  for (const name of names.value) {
    const opened = openDocOf(memory, name);
    if (!opened.ok) return opened;
    const all = kindNames.flatMap((type) => entryIds(opened.value, kinds[type]));
    const forgettings = forgettingsOf(memory, name, all);
    if (!forgettings.ok) return forgettings;
    for (const one of forgettings.value)
      if (!one.isGone && one.device === device && one.atMs >= sinceMs) ids.push(one.id);
  }
  return ok(ids);
};
