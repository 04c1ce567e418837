/** What of each chain is here and verified: what a relay need not send. */
import { limits, type Vector } from "@duro/protocol";
import type { VaultMemory } from "./vaultMemory.ts";
import { limitOf, type LogView } from "./view.ts";

export const vectorOf = ({ chains }: Pick<VaultMemory, "chains">): Vector =>
  [...chains.values()]
    .filter(({ head }) => head.at > 0)
    .map(({ chain, head }) => ({ chain, seq: head.at, id: head.id }))
    .toSorted((left, right) => (left.chain < right.chain ? -1 : 1));

/** Of our own chain nothing: the relay is to show what it has of it. */
export const vectorWithoutOwn = (memory: Pick<VaultMemory, "chains" | "own">): Vector =>
  vectorOf(memory).filter(({ chain }) => chain !== memory.own.chain);

interface Said extends Pick<VaultMemory, "chains"> {
  readonly view: LogView;
}

/**
 * The same, as others are told of it: nothing of a chain that goes on past its cut. No relay takes that,
 * and whoever has not seen the chain would wait for it for ever.
 */
export const vectorToSay = ({ chains, view }: Said): Vector => {
  const sayable = [...chains].filter(([, row]) => {
    const limit = limitOf(view, row);
    return limit.kind !== "end" || row.head.at <= limit.seq;
  });
  return vectorOf({ chains: new Map(sayable) }).slice(0, limits.chainsPerVectorMax);
};
