/**
 * What a device goes by when it judges checkpoints. The relay judges by the same rules, by what it knows
 * (packages/server/src/tidy); the two are held against each other in test/checkpointRules.test.ts.
 */
import type { Standing } from "@duro/crypto/verify";
import type {
  BlobId,
  ChainId,
  ChainMark,
  DeviceId,
  EnvelopeId,
  UserId,
  Vector,
} from "@duro/protocol";

interface ChainFacts {
  readonly standing: Standing;
  /** From this seq on it is void, which the relay cannot see; 0: it is not. */
  readonly voidAt: number;
}

export type CheckpointSays =
  | { readonly kind: "read"; readonly coverage: Vector; readonly blobs: readonly BlobId[] }
  | { readonly kind: "body missing" }
  | { readonly kind: "newer format" }
  | { readonly kind: "unreadable" };

interface Signed {
  /** Where it stands itself, and its id. */
  readonly mark: ChainMark;
  readonly user: UserId;
  readonly device: DeviceId;
}

export interface CheckpointFacts extends Signed {
  /**
   * When this device first had it. Where it came while catching up, the earlier time that its own beacon
   * names: a machine that was restored has had nothing for a month.
   */
  readonly storedAtMs: number;
  readonly says: CheckpointSays;
}

export interface AttestFacts extends Signed {
  readonly checkpoint: EnvelopeId;
  readonly isOk: boolean;
}

/**
 * Of a moment at which this device was caught up: whoever did not listen cannot tell who was silent.
 * Until then nothing is judged.
 */
export interface JudgingFacts {
  readonly nowMs: number;
  readonly chains: ReadonlyMap<ChainId, ChainFacts>;
  /** Of every place that a checkpoint names; undefined: it is not here yet. */
  readonly idAt: (chain: ChainId, seq: number) => EnvelopeId | undefined;
  /** Members who may write, and when anything new was last had of theirs (`writersOf`). */
  readonly writers: ReadonlyMap<UserId, number | undefined>;
  readonly attests: readonly AttestFacts[];
  /** Blobs that the relay says are gone or not whole. */
  readonly missingBlobs: ReadonlySet<BlobId>;
}

/** Of any of a user's chains, whatever counts of it, as the relay sees it too. */
export interface HeardOf {
  readonly user: UserId;
  readonly heardAtMs: number;
}

/** `members`: of the vault's state. */
export const writersOf = (
  members: ReadonlyMap<UserId, { readonly writerSince: number | undefined }>,
  heard: Iterable<HeardOf>,
): ReadonlyMap<UserId, number | undefined> => {
  const writers = new Map<UserId, number | undefined>();
  for (const [user, { writerSince }] of members)
    if (writerSince !== undefined) writers.set(user, undefined);
  for (const { user, heardAtMs } of heard)
    if (writers.has(user)) writers.set(user, Math.max(heardAtMs, writers.get(user) ?? 0));
  return writers;
};
