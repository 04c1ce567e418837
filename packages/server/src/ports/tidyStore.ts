/**
 * What tidying reads and writes. It works on one vault at a time, in transactions of bounded size, and
 * what belongs into the trash is worked out anew in each: so it may end anywhere, and the next run heals.
 */
import type { EnvelopeKind } from "@duro/crypto/types";
import type { BlobId, ChainId, ChainMark, EnvelopeId, LogHead, VaultId } from "@duro/protocol";
import type { AttestRow, CheckpointRow, StoredChain } from "./chainStore.ts";

/** What the last look at a vault that came to an end left behind. */
export interface Tidied {
  readonly position: number;
  readonly logIndex: number;
  /** What identifies the plan that all its bodies were held against, in hex; undefined: none yet. */
  readonly plan: string | undefined;
  /** When time alone may change something; undefined: never. */
  readonly dueAtMs: number | undefined;
}

export interface StoredCheckpoint extends CheckpointRow {
  readonly chain: ChainId;
  readonly seq: number;
}

export interface StoredAttest extends AttestRow {
  readonly mark: ChainMark;
}

/** A body that is here, in the trash or not. */
export interface BodyPlace {
  readonly position: number;
  readonly chain: ChainId;
  readonly seq: number;
  readonly kind: EnvelopeKind;
  readonly byteLength: number;
  /** Undefined: it is not in the trash. */
  readonly trashedAtMs: number | undefined;
}

export interface BodyChanges {
  /** Positions, each in one of these at most. */
  readonly trash: readonly number[];
  readonly restore: readonly number[];
  /** For good. A checkpoint that goes is not asked for again, nor what was said about it. */
  readonly remove: readonly number[];
}

/** Where something of a chain stands. */
export type ChainPlace = Pick<ChainMark, "chain" | "seq">;

/** A vault that nothing is appended to until the work with it is done. */
export interface StillVault {
  readonly vault: VaultId;
  readonly position: number;
  readonly logHead: LogHead;
  readonly tidied: Tidied;
  chains(): Promise<readonly StoredChain[]>;
  /** The newest, rising by position. Those whose bodies were removed are not among them. */
  checkpoints(countMax: number): Promise<readonly StoredCheckpoint[]>;
  /** What was said of these, rising by position: of what one chain says twice, the first. */
  attestsOn(checkpoints: readonly EnvelopeId[]): Promise<readonly StoredAttest[]>;
  /** The first bytes of those bodies that are here, in the trash or not. */
  bodyStarts(
    positions: readonly number[],
    byteLength: number,
  ): Promise<ReadonlyMap<number, Uint8Array>>;
  /** Ids of what is stored at those places, if anything is. */
  marksAt(places: readonly ChainPlace[]): Promise<readonly ChainMark[]>;
  /** Of these, those that are all here and not dropped. */
  wholeBlobs(blobs: readonly BlobId[]): Promise<ReadonlySet<BlobId>>;
  /** The newest one of each chain up to that seq whose body is here. */
  fullBeacons(upTo: readonly ChainPlace[]): Promise<readonly ChainPlace[]>;
  /** Rising by position, in the trash or not. */
  bodies(afterPosition: number, countMax: number): Promise<readonly BodyPlace[]>;
  oldestTrashedAtMs(): Promise<number | undefined>;
  /** Gives the vault the bytes back that are removed, and says how many. */
  change(changes: BodyChanges, nowMs: number): Promise<number>;
  setTidied(tidied: Tidied): Promise<void>;
}

/** Adapters: postgresTidyStore, memoryTidyStore. */
export interface TidyStore {
  /** One node does it at a time. Undefined: another one does. */
  alone<T>(work: () => Promise<T>): Promise<T | undefined>;
  /** Those that grew since they were tidied, or are due; rising behind `after`. */
  vaultsToTidy(
    nowMs: number,
    after: VaultId | undefined,
    countMax: number,
  ): Promise<readonly VaultId[]>;
  /** In one transaction: all of it, or nothing when it fails. Undefined: there is no such vault. */
  hold<T>(vault: VaultId, work: (still: StillVault) => Promise<T>): Promise<T | undefined>;
}
