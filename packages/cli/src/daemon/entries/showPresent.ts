/** Entries that a change may touch. */
import { err, type Result } from "@duro/crypto/types";
import {
  type DocName,
  type DocNotOpen,
  type EntryGone,
  type EntryId,
  type EntryType,
  type Item,
  type Memory,
  type NoEntry,
  show,
} from "@duro/memory";
import type { Problem } from "../../problem.ts";
import type { Home } from "../daemon.ts";
import { change, type EntryError, type EntryForgotten } from "./entryProblems.ts";

/** What is forgotten is not worked on: it would vanish with what was added. */
const showPresent = (
  memory: Memory,
  id: EntryId,
): Result<Item, DocNotOpen | EntryForgotten | EntryGone | NoEntry> => {
  const item = show(memory, id);
  if (!item.ok) return item;
  return item.value.forgottenMs === undefined ? item : err({ type: "EntryForgotten", id });
};

/** Changes an entry that is there and not forgotten. `wanted`: what the command works on. */
export const changePresent = <T extends { readonly docs: readonly DocName[] }>(
  home: Home,
  { id, wanted }: { readonly id: EntryId; readonly wanted: EntryType },
  work: (memory: Memory, item: Item) => Result<T, EntryError | DocNotOpen>,
): Promise<Result<T, Problem>> =>
  change(home, wanted, (memory) => {
    const item = showPresent(memory, id);
    return item.ok ? work(memory, item.value) : item;
  });
