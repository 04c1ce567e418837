/** Somebody on the relay's side who changes a byte here and there in what it passes on. */
import { RelayTag } from "@duro/protocol";
import type { RareStates } from "./rareStates.ts";
import type { Rng } from "./rng.ts";

export interface TamperingDeps {
  readonly rng: Rng;
  readonly rare: RareStates;
  readonly note: (line: string) => void;
  readonly probability: () => number;
}

/**
 * What has a signature or a hash in it. A changed greeting would be another relay, which is to be refused
 * for good.
 */
const worthwhile: ReadonlySet<number> = new Set([
  RelayTag.Envelopes,
  RelayTag.LogRecords,
  RelayTag.Receipt,
]);

export const createTampering =
  ({ rng, rare, note, probability }: TamperingDeps) =>
  (connection: string, bytes: Uint8Array): Uint8Array => {
    if (!worthwhile.has(bytes[0] ?? 0) || !rng.chance(probability())) return bytes;
    const changed = bytes.slice();
    // Behind the tag, so that it stays what it is.
    const at = rng.between(1, bytes.length - 1);
    changed[at] = (changed[at] ?? 0) ^ (1 << rng.below(8));
    note(`${connection}: byte ${at} of ${bytes.length} is changed on the way`);
    rare.reached("a frame is changed on its way");
    return changed;
  };
