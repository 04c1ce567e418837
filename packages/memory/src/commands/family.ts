/** An entry and what stands behind it: the versions it superseded, the duplicates that point to it. */
import { type EntryId, isEntryId } from "../ids.ts";
import type { Memory } from "../memory.ts";
import { ok, type Result } from "../result.ts";
import { memberName, rawCoreOf } from "../store.ts";
import { findEntry, type FindError, type Found } from "./find.ts";

/**
 * Forgetting the newest version alone would keep the same words one step back. An entry belongs to the
 * family only if it says so itself, so nobody can tie a foreign one to what is going to be forgotten.
 * What of a family is gone or not there is left out; what was asked for must be there.
 */
export const familiesOf = (
  memory: Memory,
  ids: readonly EntryId[],
): Result<readonly Found[], FindError> => {
  const family = new Map<EntryId, Found>();
  const ahead: Link[] = ids.map((id) => ({ id, of: undefined }));
  for (let next = ahead.pop(); next !== undefined; next = ahead.pop()) {
    const { id, of } = next;
    if (family.has(id)) continue;
    const found = findEntry(memory, id);
    if (!found.ok) {
      if (of === undefined || found.error.type === "DocNotOpen") return found;
      continue;
    }
    if (of !== undefined && found.value.map.get("supersededBy") !== of) continue;
    family.set(id, found.value);
    ahead.push(...behind(found.value).map((one) => ({ id: one, of: id })));
  }
  return ok([...family.values()]);
};

interface Link {
  readonly id: EntryId;
  /** Whose family it would belong to; undefined for what was asked for. */
  readonly of: EntryId | undefined;
}

const behind = ({ map }: Found): readonly EntryId[] => {
  const prefix = memberName("duplicates", "");
  const duplicates = [...map.keys()]
    .filter((name) => name.startsWith(prefix))
    .map((name) => name.slice(prefix.length));
  return [rawCoreOf(map)["supersedes"], ...duplicates].filter(isEntryId);
};
