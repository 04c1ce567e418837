/**
 * Which checkpoints stay, and what lies behind those that count. A reader needs two newest ones, so that
 * one that turns out wrong has another behind it. An older one stays as long as it says something that
 * no newer one says: its bodies may be gone, and then nobody else has it.
 */
import type { ChainId, ChainMark, EnvelopeId } from "@duro/protocol";
import type { Judgement } from "./judgeCheckpoint.ts";
import { countingSeqOf } from "./placeOf.ts";
import type { CheckpointFacts, VaultFacts } from "./vaultFacts.ts";

export interface JudgedCheckpoint extends CheckpointFacts {
  readonly judgement: Judgement;
}

export interface KeptCheckpoints {
  readonly kept: ReadonlySet<EnvelopeId>;
  /** Per chain, up to and with this seq, by those that are kept and count. */
  readonly covered: ReadonlyMap<ChainId, number>;
  /** Positions of those that a newer purge drops, wherever they stand. */
  readonly purged: ReadonlySet<number>;
}

const recentCountMin = 2;

type Reach = Pick<ChainMark, "chain" | "seq">;

/** Rising by position, as is what it gets. */
export const keepCheckpoints = (
  { chains }: Pick<VaultFacts, "chains">,
  judged: readonly JudgedCheckpoint[],
): KeptCheckpoints => {
  const covered = new Map<ChainId, number>();
  const kept = new Set<EnvelopeId>();
  let wantedCount = recentCountMin;
  for (const checkpoint of judged.filter(counts).toReversed()) {
    const reach = reachOf(chains, checkpoint);
    if (wantedCount === 0 && isCovered(covered, reach)) continue;
    wantedCount = checkpoint.isPurge ? 0 : Math.max(0, wantedCount - 1);
    kept.add(checkpoint.mark.id);
    for (const { chain, seq } of reach) covered.set(chain, Math.max(seq, covered.get(chain) ?? 0));
  }
  for (const checkpoint of judged) {
    // A newer program will know what it says.
    const isUnknown = checkpoint.says.kind === "newer format";
    if (isUnknown || !isCovered(covered, reachOf(chains, checkpoint))) kept.add(checkpoint.mark.id);
  }
  const purgedBefore = judged.findLast((known) => counts(known) && known.isPurge)?.position ?? 0;
  const purged = judged
    .filter(({ position, mark }) => position < purgedBefore && !kept.has(mark.id))
    .map(({ position }) => position);
  return { kept, covered, purged: new Set(purged) };
};

const counts = ({ judgement }: JudgedCheckpoint): boolean => judgement === "counts";

/** What of its coverage anybody could miss: what does not count, or is not here, nobody can. */
const reachOf = (
  chains: VaultFacts["chains"],
  { says }: Pick<CheckpointFacts, "says">,
): readonly Reach[] =>
  says.kind !== "read"
    ? []
    : says.coverage.map(({ chain, seq }) => ({
        chain,
        seq: Math.min(seq, countingSeqOf(chains.get(chain))),
      }));

const isCovered = (covered: ReadonlyMap<ChainId, number>, reach: readonly Reach[]): boolean =>
  reach.every(({ chain, seq }) => seq <= (covered.get(chain) ?? 0));
