/** From an entry to its row, and what of the row the tables keep. */
import { hash } from "node:crypto";
import { type EntryId, type Item, searchRowOf } from "@duro/memory";
import type { IndexRow } from "./searchIndex.ts";

export const indexRowOf = (item: Item): IndexRow => ({
  ...searchRowOf(item),
  // These two stand in documents of no project and say themselves which is theirs.
  project:
    item.type === "session" || item.type === "task"
      ? (item.core.project as EntryId | undefined)
      : item.project,
  line: item.text,
  tagList: item.tags,
  forgottenMs: item.forgottenMs,
  forgottenBy: item.forgottenBy,
});

/** What a list is ordered by: the time in the id, then its random part. */
export const ageOf = (id: EntryId): string => id.slice(id.indexOf("_") + 1);

/** Equal for equal rows: what has not changed is not written again. */
export const digestOf = (row: IndexRow): string => {
  const names = Object.keys(row).toSorted() as (keyof IndexRow)[];
  return hash("sha256", JSON.stringify(names.map((name) => row[name] ?? null)), "base64url");
};

/** As one word each: an id without its prefix has letters and digits only. */
export const placeWordsOf = ({ type, project }: Pick<IndexRow, "project" | "type">): string =>
  project === undefined ? type : `${type} ${ageOf(project)}`;
