/** Sees what a machine merges of what was written on it, and crashes it over that. */
import type { Write } from "../../packages/client/src/ports/localStore.ts";
import type { RareState, RareStates } from "./rareStates.ts";
import type { Rng } from "./rng.ts";
import type { Scheduler } from "./scheduler.ts";

type Merged = "documents" | "outbox";

export interface MergeHarmDeps {
  readonly scheduler: Scheduler;
  readonly rng: Rng;
  readonly rare: RareStates;
  readonly probability: () => number;
  readonly isOn: () => boolean;
  readonly crash: () => void;
}

const mergedStates: Readonly<Record<Merged, RareState>> = {
  documents: "many small updates of a document become one",
  outbox: "many edits that wait become one",
};

const crashStates: Readonly<Record<Merged, RareState>> = {
  documents: "a device crashes as it merges a document",
  outbox: "a device crashes as it merges what waits",
};

/** Told of every commit, and of the moments around it: before it is there, before that is known, behind it. */
export type HarmMerge = (writes: readonly Write[], momentsMs: readonly number[]) => void;

export const createMergeHarm = (deps: MergeHarmDeps): HarmMerge => {
  const { scheduler, rng, rare } = deps;
  // A crash over the one leaves no room for the other, which is rarer.
  const harmed = rng.pick(["documents", "outbox"] as const);
  return (writes, momentsMs) => {
    const merged = mergeIn(writes);
    if (merged === undefined) return;
    rare.reached(mergedStates[merged]);
    if (merged !== harmed || !rng.chance(deps.probability())) return;
    scheduler.after(rng.pick(momentsMs), () => {
      if (!deps.isOn()) return;
      rare.reached(crashStates[merged]);
      deps.crash();
    });
  };
};

/** A vault, a document, and one of its levels. */
const levelKeyByteLength = 33;

/** What a commit merges, of what was written here: a level of a document, or edits that wait. */
const mergeIn = (writes: readonly Write[]): "documents" | "outbox" | undefined => {
  const isOfLevel = (write: Write): boolean =>
    write.kind === "deleteRange" &&
    write.table === "updates" &&
    write.from.length === levelKeyByteLength;
  if (writes.some(isOfLevel)) return "documents";
  // What is sealed leaves, too, beside the chain that it goes into.
  const isSealed = writes.some(({ table }) => table === "chains");
  const leaves = writes.some(({ kind, table }) => kind === "delete" && table === "outbox");
  return leaves && !isSealed ? "outbox" : undefined;
};
