/**
 * What of a vault belongs into the trash just now, as rules that any one body can be held against. The
 * trash is never reasoned about from what it holds: whatever the plan does not name comes back.
 */
import { EnvelopeKind } from "@duro/crypto/types";
import { type ChainId, times } from "@duro/protocol";
import type { BodyPlace } from "../ports/tidyStore.ts";
import { judgeCheckpoint } from "./judgeCheckpoint.ts";
import { type JudgedCheckpoint, keepCheckpoints } from "./keepCheckpoints.ts";
import type { VaultFacts } from "./vaultFacts.ts";

export interface TidyPlan {
  /** Per chain, up to and with this seq: every kind but OPEN, and what is kept. */
  readonly covered: ReadonlyMap<ChainId, number>;
  /** Beacons of the chain before this seq. */
  readonly beaconsBefore: ReadonlyMap<ChainId, number>;
  /** Checkpoints that a purge drops, by position. */
  readonly purged: ReadonlySet<number>;
  /** Checkpoints that stay, and the verdicts on them: whoever comes later must be able to check. */
  readonly kept: ReadonlySet<number>;
  /** Checkpoints before this position stay where they are, here or in the trash: nobody read them. */
  readonly unreadBefore: number;
}

export interface VaultJudgement {
  readonly plan: TidyPlan;
  readonly checkpoints: readonly JudgedCheckpoint[];
}

export const planTidy = (facts: VaultFacts): VaultJudgement => {
  const checkpoints = facts.checkpoints.map((checkpoint) => ({
    ...checkpoint,
    judgement: judgeCheckpoint(facts, checkpoint),
  }));
  const { kept, covered, purged } = keepCheckpoints(facts, checkpoints);
  const keptPositions = [
    ...checkpoints.filter(({ mark }) => kept.has(mark.id)),
    ...facts.attests.filter(({ checkpoint }) => kept.has(checkpoint)),
  ].map(({ position }) => position);
  return {
    checkpoints,
    plan: {
      covered,
      beaconsBefore: facts.fullBeacons,
      purged,
      kept: new Set(keptPositions),
      unreadBefore: facts.unreadBefore,
    },
  };
};

export type Fate = "stays" | "trash" | "restore" | "remove";

export const fateOf = (plan: TidyPlan, body: BodyPlace, nowMs: number): Fate => {
  const { kind, position, trashedAtMs } = body;
  if (kind === EnvelopeKind.Checkpoint && position < plan.unreadBefore) return "stays";
  const belongsInTrash = isDropped(plan, body);
  if (trashedAtMs === undefined) return belongsInTrash ? "trash" : "stays";
  if (!belongsInTrash) return "restore";
  return nowMs - trashedAtMs >= times.trashLifetimeMs ? "remove" : "stays";
};

const isDropped = (plan: TidyPlan, { position, chain, seq, kind }: BodyPlace): boolean => {
  // Without it nobody could tell whose chain it is.
  if (kind === EnvelopeKind.Open) return false;
  if (plan.kept.has(position)) return false;
  if (plan.purged.has(position)) return true;
  if (seq <= (plan.covered.get(chain) ?? 0)) return true;
  return kind === EnvelopeKind.Beacon && seq < (plan.beaconsBefore.get(chain) ?? 0);
};
