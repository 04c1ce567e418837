/** Entries that a change may touch. */
import { err, type Result } from "@duro/crypto/types";
import {
  type DocNotOpen,
  type EntryGone,
  type EntryId,
  type Item,
  type Memory,
  type NoEntry,
  show,
} from "@duro/memory";
import type { EntryForgotten } from "./entryProblems.ts";

/** What is forgotten is not worked on: it would vanish with what was added. */
export const showPresent = (
  memory: Memory,
  id: EntryId,
): Result<Item, DocNotOpen | EntryForgotten | EntryGone | NoEntry> => {
  const item = show(memory, id);
  if (!item.ok) return item;
  return item.value.forgottenMs === undefined ? item : err({ type: "EntryForgotten", id });
};
