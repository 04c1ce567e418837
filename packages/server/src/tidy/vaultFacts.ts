/**
 * What the tidying of one vault goes by, as of one moment at which nothing of the vault changes. All of
 * it is signed by somebody but the times, which are the relay's own.
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

export interface ChainFacts {
  /** Stored up to here. */
  readonly seq: number;
  readonly standing: Standing;
}

/** What stands in the clear part of a checkpoint. */
export type CheckpointSays =
  | { readonly kind: "read"; readonly coverage: Vector; readonly blobs: readonly BlobId[] }
  /** Its head was carried here without it, or it was dropped. */
  | { readonly kind: "body missing" }
  | { readonly kind: "newer format" }
  | { readonly kind: "unreadable" };

interface Signed {
  readonly position: number;
  /** Where it stands itself, and its id. */
  readonly mark: ChainMark;
  readonly user: UserId;
  readonly device: DeviceId;
}

export interface CheckpointFacts extends Signed {
  readonly isPurge: boolean;
  readonly storedAtMs: number;
  readonly says: CheckpointSays;
}

export interface AttestFacts extends Signed {
  readonly checkpoint: EnvelopeId;
  readonly isOk: boolean;
}

export interface VaultFacts {
  readonly nowMs: number;
  readonly chains: ReadonlyMap<ChainId, ChainFacts>;
  /** Of every place that a checkpoint names; undefined: nothing is stored there. */
  readonly idAt: (chain: ChainId, seq: number) => EnvelopeId | undefined;
  /** Members who may write, and when the relay last stored an envelope of theirs. */
  readonly writers: ReadonlyMap<UserId, number | undefined>;
  /** Rising by position. */
  readonly checkpoints: readonly CheckpointFacts[];
  /** Checkpoints before this position were not read: there are too many. 0: all were. */
  readonly unreadBefore: number;
  readonly attests: readonly AttestFacts[];
  /** Of the blobs that checkpoints name, those that are all here and not dropped. */
  readonly wholeBlobs: ReadonlySet<BlobId>;
  /** Seq of each chain's newest full beacon that counts and whose body is here. */
  readonly fullBeacons: ReadonlyMap<ChainId, number>;
}
