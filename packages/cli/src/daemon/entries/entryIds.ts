/** Ids as people type them, and entries that a change may touch. */
import { err, ok, type Result } from "@duro/crypto/types";
import {
  type DocNotOpen,
  type EntryGone,
  type EntryId,
  type EntryType,
  type Item,
  type Memory,
  type NoEntry,
  parseEntryId,
  show,
} from "@duro/memory";
import type { Problem } from "../../problem.ts";
import { type EntryForgotten, usage } from "./entryProblems.ts";

export const parseId = (text: string, wanted?: EntryType): Result<EntryId, Problem> => {
  const id = parseEntryId(text.trim());
  if (id.ok) return ok(id.value);
  return err(
    usage(
      "NotAnId",
      "That is no id: one begins with its type, as f_ or d_, and has 26 letters and digits behind it.",
      wanted === undefined ? "duro list" : `duro list --type ${wanted}`,
    ),
  );
};

/** What is forgotten is not worked on: it would vanish with what was added. */
export const showPresent = (
  memory: Memory,
  id: EntryId,
): Result<Item, DocNotOpen | EntryForgotten | EntryGone | NoEntry> => {
  const item = show(memory, id);
  if (!item.ok) return item;
  return item.value.forgottenMs === undefined ? item : err({ type: "EntryForgotten", id });
};
