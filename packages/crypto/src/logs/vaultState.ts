/** What a vault log says once it is folded, and what its rules look at. The rules are in the files beside. */
import type { VersionUnsupported } from "../version.ts";
import type { ChainId, DeviceId, EnvelopeId, RecordId, UserId, VaultId } from "../ids.ts";
import type { KeyBox, KeyCommitment, KeyWrap } from "../publicKeys.ts";
import type { Result } from "../result.ts";
import type { IdentityState, LogError } from "./identityLog.ts";
import type { LogRecord, Pin } from "./record.ts";
import type { Role, VaultPayload } from "./vaultRecords.ts";

export interface Member {
  readonly role: Role;
  /** Index of the record that last gave the right to write; chains opened before it do not count. */
  readonly writerSince: number | undefined;
}

interface GrantedViewer {
  readonly user: UserId;
  readonly device: DeviceId;
}

/** A published box, with what its context names. */
export interface VaultBox {
  readonly box: KeyBox;
  readonly previous: RecordId;
  readonly identityHead: RecordId;
  /** Of the user key it was sealed to; undefined for a viewer device. */
  readonly generation: number | undefined;
}

export interface Epoch {
  readonly epoch: number;
  readonly commitment: KeyCommitment;
  /** The epoch before, under this one; the first wraps none. */
  readonly wrap: KeyWrap | undefined;
  readonly memberBoxes: ReadonlyMap<UserId, readonly VaultBox[]>;
  readonly viewerBoxes: ReadonlyMap<DeviceId, readonly VaultBox[]>;
  /** Index of the record that made it. */
  readonly since: number;
}

export interface Cut {
  readonly seq: number;
  readonly id: EnvelopeId;
  /** An equivocation stays where it was proved; any other cut may be raised. */
  readonly why: "cut" | "equivocation" | "anchor";
  /** Index since which its user could write when it was cut; a chain opened before counts nothing. */
  readonly openedFrom: number;
  /** An equivocation is proved behind this: no raise goes further. */
  readonly seqMax: number | undefined;
}

export interface VaultState {
  readonly vault: VaultId;
  readonly head: { readonly index: number; readonly id: RecordId };
  readonly indexByRecord: ReadonlyMap<RecordId, number>;
  readonly versionMin: number;
  readonly extraTypes: ReadonlySet<number>;
  readonly members: ReadonlyMap<UserId, Member>;
  /** Who was a member and is none now: index of the record that removed them, the last that they may see. */
  readonly removedAt: ReadonlyMap<UserId, number>;
  readonly pins: ReadonlyMap<UserId, Pin>;
  readonly viewers: ReadonlyMap<DeviceId, GrantedViewer>;
  /** Rising, from 1; the last is current. */
  readonly epochs: readonly Epoch[];
  readonly cutsByChain: ReadonlyMap<ChainId, Cut>;
  /** Devices that may open no chain: cut one by one, or with their user. */
  readonly closedDevices: ReadonlyMap<DeviceId, "device" | "user">;
  /** Index of the last record that took something away: a rotation is owed until one follows. */
  readonly takenAwayAt: number | undefined;
  /** Index of the last record that ended chains. What was written before it may count on more of them. */
  readonly cutAt: number | undefined;
}

/** The identity log that a record pins is not here yet, or is withheld. No verdict: wait and say so. */
export interface IdentityHeadMissing {
  readonly type: "IdentityHeadMissing";
  readonly user: UserId;
  readonly index: number;
  readonly head: RecordId;
}

export type VaultLogError = LogError | IdentityHeadMissing | VersionUnsupported;

/** The state of a user's identity log at a pinned head, if that log is here and contains it. */
export type IdentityAt = (pin: Pin) => IdentityState | undefined;

export const currentEpoch = (state: VaultState): Epoch => {
  const newest = state.epochs.at(-1);
  if (newest === undefined) throw new RangeError("a state has an epoch from its genesis on");
  return newest;
};

/** All that a rule may look at. */
export interface Judged {
  readonly state: VaultState;
  readonly record: LogRecord;
  readonly author: {
    readonly user: UserId;
    readonly device: DeviceId;
    readonly role: Role;
  };
  /** Of every pinned user, at the pin of this record. */
  readonly identities: ReadonlyMap<UserId, IdentityState>;
}

export type Outcome = Result<VaultState, VaultLogError>;

export type Payload<Type extends VaultPayload["type"]> = Extract<VaultPayload, { type: Type }>;
