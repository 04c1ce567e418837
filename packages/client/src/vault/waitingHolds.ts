/**
 * Chains that wait for what may come. An edit that refers to what was cut away waits for ever: its author
 * writes it again under another chain, and nobody misses it here.
 */
import { clientIdOf } from "@duro/crypto";
import { docIds } from "@duro/protocol";
import type { Hold } from "./advance.ts";
import type { VaultMemory } from "./vaultMemory.ts";
import { limitOf } from "./view.ts";

export const waitingHolds = (memory: VaultMemory): readonly Hold[] =>
  [...memory.holds.values()].filter((hold) => !isFinal(memory, hold));

/** Whoever wrote what is missing is known, and nothing more of them will count. */
const isFinal = ({ chains, view }: VaultMemory, { doc, missing }: Hold): boolean => {
  if (doc === undefined || missing === undefined) return false;
  const docBytes = docIds.toBytes(doc);
  return [...chains.values()].some((row) => {
    const clock = missing.get(clientIdOf(row.chain, docBytes));
    if (clock === undefined) return false;
    const limit = limitOf(view, row);
    return row.voidAt > 0 || (limit.kind === "end" && row.counted >= limit.seq);
  });
};
