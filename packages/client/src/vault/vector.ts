/** What of each chain is here and verified: what a relay need not send. */
import type { Vector } from "@duro/protocol";
import type { VaultMemory } from "./vaultMemory.ts";

export const vectorOf = ({ chains }: Pick<VaultMemory, "chains">): Vector =>
  [...chains.values()]
    .filter(({ head }) => head.at > 0)
    .map(({ chain, head }) => ({ chain, seq: head.at, id: head.id }))
    .toSorted((left, right) => (left.chain < right.chain ? -1 : 1));

/** Of our own chain nothing: the relay is to show what it has of it. */
export const vectorWithoutOwn = (memory: Pick<VaultMemory, "chains" | "own">): Vector =>
  vectorOf(memory).filter(({ chain }) => chain !== memory.own.chain);
