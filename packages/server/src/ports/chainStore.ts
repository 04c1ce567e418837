/**
 * Chains of envelopes and their order in each vault. What may be stored is decided by the caller, under
 * the store's lock and in its transaction, so that nothing can change between the look and the write.
 */
import type { EnvelopeKind, RecordId } from "@duro/crypto/types";
import type {
  ChainId,
  ChainMark,
  DeviceId,
  EnvelopeId,
  Incarnation,
  LogHead,
  UserId,
  VaultId,
  Vector,
} from "@duro/protocol";

/** A chain as far as it is stored. */
export interface StoredChain {
  readonly vault: VaultId;
  readonly chain: ChainId;
  readonly user: UserId;
  readonly device: DeviceId;
  readonly incarnation: Incarnation;
  /** The log head that its OPEN names. */
  readonly openedUnder: RecordId;
  readonly seq: number;
  readonly headId: EnvelopeId;
  readonly epoch: number;
  /** Index of the log head that the newest envelope names. */
  readonly logIndex: number;
  readonly writtenAtMs: number;
}

export interface ChainName {
  readonly vault: VaultId;
  readonly chain: ChainId;
}

/** What the lock holds still. */
export interface HeldVault {
  readonly vault: VaultId;
  readonly payer: UserId;
  readonly position: number;
  readonly logHead: LogHead;
  /** Bytes of all vaults of the payer; 0 where no quota was asked for. */
  readonly payerByteLength: number;
  readonly payerQuotaByteLength: number | undefined;
}

export interface Held {
  readonly vaults: ReadonlyMap<VaultId, HeldVault>;
  /** Those of the chains asked for that exist, by vault and chain. */
  chain(name: ChainName): StoredChain | undefined;
  /** Devices asked for whose user has revoked them. */
  readonly revoked: ReadonlySet<DeviceId>;
}

export interface StoredEnvelope {
  readonly seq: number;
  readonly kind: EnvelopeKind;
  readonly flags: number;
  readonly bodyByteLength: number;
  /** Head and signature: 236 bytes. */
  readonly signedHead: Uint8Array;
  readonly body: Uint8Array | undefined;
}

/** Contiguous envelopes of one chain at contiguous positions. */
export interface NewRun extends ChainName {
  readonly firstPosition: number;
  readonly envelopes: readonly StoredEnvelope[];
}

export interface CheckpointRow {
  readonly vault: VaultId;
  readonly position: number;
  readonly envelope: EnvelopeId;
  readonly user: UserId;
  readonly device: DeviceId;
  readonly isPurge: boolean;
  readonly storedAtMs: number;
}

export interface AttestRow {
  readonly vault: VaultId;
  readonly position: number;
  readonly checkpoint: EnvelopeId;
  readonly user: UserId;
  readonly device: DeviceId;
  readonly isOk: boolean;
}

export interface ForkedHead extends ChainName {
  readonly seq: number;
  readonly envelope: EnvelopeId;
  readonly signedHead: Uint8Array;
  readonly seenAtMs: number;
}

export interface ChainWrites {
  readonly runs: readonly NewRun[];
  /** As they stand afterwards, each once. */
  readonly chains: readonly StoredChain[];
  /** Counter and added bytes of every vault that `runs` names, each once. */
  readonly vaults: readonly {
    readonly vault: VaultId;
    readonly position: number;
    readonly addedByteLength: number;
  }[];
  readonly checkpoints: readonly CheckpointRow[];
  readonly attests: readonly AttestRow[];
  readonly forks: readonly ForkedHead[];
}

export interface AppendAsk {
  readonly vaults: readonly VaultId[];
  readonly chains: readonly ChainName[];
  /** Whoever sends: removed ones are told so. */
  readonly devices: readonly DeviceId[];
  /** Whether `payerByteLength` must be summed up. */
  readonly hasQuota: boolean;
  /** Nothing waits behind it. Where more does, a longer append gathers more of it into the next. */
  readonly isAlone: boolean;
}

/** An envelope as it is read back. */
export interface PlacedEnvelope extends StoredEnvelope {
  readonly chain: ChainId;
  readonly position: number;
}

export interface PageAsk {
  readonly vault: VaultId;
  readonly afterPosition: number;
  /** What the reader has of each chain. */
  readonly vector: Vector;
  readonly wantsBodies: boolean;
  readonly envelopeCountMax: number;
  /** A first envelope is read however long it is. */
  readonly byteLengthMax: number;
}

export interface Page {
  /** Rising by position. */
  readonly envelopes: readonly PlacedEnvelope[];
  /** Everything up to here that the reader lacked is in this page or in those before. */
  readonly toPosition: number;
  /** Whether that is the vault's newest position. */
  readonly isEnd: boolean;
}

/** Adapters: postgresChainStore, memoryChainStore. */
export interface ChainStore {
  /**
   * Lets `decide` look, writes what it answers, and is durable when it resolves. Nothing of what it saw
   * has changed when that is written: else it is asked again, and what it said before is forgotten.
   */
  append<T extends ChainWrites>(ask: AppendAsk, decide: (held: Held) => T): Promise<T>;
  chain(name: ChainName): Promise<StoredChain | undefined>;
  position(vault: VaultId): Promise<number | undefined>;
  /** Of those vaults that exist. */
  positions(vaults: readonly VaultId[]): Promise<ReadonlyMap<VaultId, number>>;
  /** Every chain's newest mark, rising by chain, and the counter, as of one moment. */
  heads(
    vault: VaultId,
  ): Promise<{ readonly position: number; readonly chains: readonly ChainMark[] }>;
  /** Envelopes of one chain from a seq on, rising, at most `count`. */
  range(
    name: ChainName,
    fromSeq: number,
    count: number,
    wantsBodies: boolean,
  ): Promise<readonly PlacedEnvelope[]>;
  /** At these seqs, rising, bodies within `byteLengthMax` and always the first; the rest without. */
  bodies(
    name: ChainName,
    seqs: readonly number[],
    byteLengthMax: number,
  ): Promise<readonly PlacedEnvelope[]>;
  page(ask: PageAsk): Promise<Page>;
  /** Puts bodies where heads were stored without; those that have one stay as they are. */
  fillBodies(
    vault: VaultId,
    bodies: readonly { readonly position: number; readonly body: Uint8Array }[],
  ): Promise<void>;
}
