/**
 * Everything that a device raises an alarm over: the facts, as ids and numbers. Sentences are in
 * catalogue.ts, what finds them in the files beside, and how long one stands in standing.ts. What an
 * alarm is about makes its key, so that the same trouble with other numbers is the same alarm.
 */
import type { KeyFailure } from "@duro/crypto";
import type { DeviceScope } from "@duro/crypto/types";
import type {
  ChainId,
  DeviceId,
  EnvelopeId,
  LogName,
  OpenReason,
  RecordId,
  RelayGeneration,
  UserId,
  VaultId,
} from "@duro/protocol";

/** A chain and its author, who is not known while its OPEN is not here. */
interface OfChain {
  readonly vault: VaultId;
  readonly chain: ChainId;
  readonly device: DeviceId | undefined;
}

/** The relay shows less than it has shown, or signed for, before. */
interface Rollback {
  readonly type: "Rollback";
  readonly vault: VaultId;
  readonly chainCount: number;
  readonly envelopeCount: number;
  /** Of the vault's log. */
  readonly recordCount: number;
}

/** One place in a chain, two envelopes. */
interface Equivocation extends OfChain {
  readonly type: "Equivocation";
  readonly seq: number;
  /** Two signed heads prove it. What a device or the relay says of an id is a reason to look. */
  readonly evidence: "heads" | "claim" | "relay";
  readonly claimant: DeviceId | undefined;
}

/** A signed envelope says that a chain stands further than the relay hands it out. */
export interface Withholding extends OfChain {
  readonly type: "Withholding";
  /** Who says so; undefined: the relay itself. */
  readonly claimant: DeviceId | undefined;
  readonly claimantCount: number;
  readonly claimedSeq: number;
  readonly heldSeq: number;
  readonly relaySeq: number;
}

/** A device claims more of a chain than that chain's author had written when it had read the claim. */
export interface ClaimMismatch extends OfChain {
  readonly type: "ClaimMismatch";
  readonly claimant: DeviceId;
  readonly claimantChain: ChainId;
  readonly claimedSeq: number;
  readonly ownSeq: number;
}

/** A record that an envelope names, and that does not come. */
export interface LogWithheld {
  readonly type: "LogWithheld";
  readonly log: LogName;
  readonly record: RecordId;
  /** Undefined where only its id is named. */
  readonly claimedIndex: number | undefined;
  /** Of our newest; undefined: nothing of that log is here. */
  readonly heldIndex: number | undefined;
  readonly claimant: DeviceId;
  /** In the head of an envelope, which waits for it; or in what a beacon says. */
  readonly evidence: "head" | "beacon";
}

/** Two records at one index of a log. */
interface LogForked {
  readonly type: "LogForked";
  readonly log: LogName;
  readonly index: number;
  readonly ours: RecordId;
  readonly theirs: RecordId;
  /** The other record is here and signed. What a beacon or the relay says of one is a reason to ask. */
  readonly evidence: "record" | "claim" | "relay";
  readonly claimant: DeviceId | undefined;
}

/** Somebody has this device's keys, or this device is older than it was. */
export interface Cloned {
  readonly type: "Cloned";
  readonly vault: VaultId;
  readonly chain: ChainId;
  /** A head or an OPEN carries our signature. That the relay lists one is a reason to ask for it. */
  readonly evidence: "head" | "open" | "relay";
  readonly ourSeq: number;
  readonly theirSeq: number;
}

/** Another device goes on in a new chain. */
interface OtherIncarnation {
  readonly type: "OtherIncarnation";
  readonly vault: VaultId;
  readonly device: DeviceId;
  readonly chain: ChainId;
  readonly reason: OpenReason;
}

/** Nothing came of an active device for days. */
export interface StaleDevice {
  readonly type: "StaleDevice";
  readonly vault: VaultId;
  readonly device: DeviceId;
  readonly lastHeardMs: number;
}

/** The relay's database is another one: restored, or replaced. */
interface RelayGenerationChanged {
  readonly type: "RelayGenerationChanged";
  readonly before: RelayGeneration;
  readonly now: RelayGeneration;
}

/** Envelopes that the relay signed for and no longer has. The receipts are kept: they are evidence. */
export interface ReceiptLost extends OfChain {
  readonly type: "ReceiptLost";
  /** The oldest of them. */
  readonly seq: number;
  readonly id: EnvelopeId;
  readonly position: number;
  readonly receiptedAtMs: number;
  readonly count: number;
}

/** Another device rebuilt a checkpoint and came to something else. */
export interface CheckpointMismatch {
  readonly type: "CheckpointMismatch";
  readonly vault: VaultId;
  readonly checkpoint: EnvelopeId;
  readonly author: DeviceId | undefined;
  readonly attester: DeviceId;
  readonly docCount: number;
}

/** An envelope is void, so its chain counts only up to the one before. */
export interface ChainVoid extends OfChain {
  readonly type: "ChainVoid";
  /** Of the void one. */
  readonly seq: number;
  /** The type of the verdict, as crypto and protocol name it. */
  readonly reason: string;
}

/** A key of this vault does not open for this device. */
export interface KeysMissing {
  readonly type: "KeysMissing";
  readonly vault: VaultId;
  readonly epoch: number;
  readonly isNewest: boolean;
  readonly reason: KeyFailure["type"];
}

/** A rotation boxed the new key to a user key that is known to be outdated. */
export interface RotatedToOldKey {
  readonly type: "RotatedToOldKey";
  readonly vault: VaultId;
  readonly epoch: number;
  readonly user: UserId;
  readonly generation: number;
  readonly knownGeneration: number;
}

/** A record breaks a rule though the relay let it pass. */
export interface LogStopped {
  readonly type: "LogStopped";
  readonly log: LogName;
  readonly index: number;
  readonly record: RecordId;
  /** As docs/protocol.md names it, with its number. */
  readonly rule: string;
}

/** Chains wait for bodies that the relay does not have, and no checkpoint that counts covers them. */
interface BodiesMissing {
  readonly type: "BodiesMissing";
  readonly vault: VaultId;
  readonly chainCount: number;
}

/** Something was written by a newer version, and waits. */
export interface UpdateNeeded {
  readonly type: "UpdateNeeded";
  readonly vault: VaultId;
  readonly what: "record" | "envelope";
}

/** The relay has another key than the one fixed at first contact. In hex. */
interface RelayKeyChanged {
  readonly type: "RelayKeyChanged";
  readonly expected: string;
  readonly got: string;
}

/** What no honest relay sends. Whatever it was, it counted for nothing. */
interface RelayMisbehaved {
  readonly type: "RelayMisbehaved";
  /** The type of the fault, as it was found. */
  readonly fault: string;
}

/** Our clock is far from the relay's, or went back. */
interface ClockSuspect {
  readonly type: "ClockSuspect";
  /** How far ours is ahead; below zero: behind. */
  readonly aheadMs: number;
  readonly evidence: "relay" | "own past";
}

/** Another device of this person let one in. */
interface DeviceAdded {
  readonly type: "DeviceAdded";
  readonly device: DeviceId;
  readonly by: DeviceId;
  readonly scope: DeviceScope;
}

/** Another device of this person ended one. */
interface DeviceRevoked {
  readonly type: "DeviceRevoked";
  readonly device: DeviceId;
  readonly by: DeviceId;
  readonly scope: DeviceScope;
}

export type Alarm =
  | Rollback
  | Equivocation
  | Withholding
  | ClaimMismatch
  | LogWithheld
  | LogForked
  | Cloned
  | OtherIncarnation
  | StaleDevice
  | RelayGenerationChanged
  | ReceiptLost
  | CheckpointMismatch
  | ChainVoid
  | KeysMissing
  | RotatedToOldKey
  | LogStopped
  | UpdateNeeded
  | BodiesMissing
  | RelayKeyChanged
  | ClockSuspect
  | RelayMisbehaved
  | DeviceAdded
  | DeviceRevoked;

export type AlarmType = Alarm["type"];
export type AlarmOf<Type extends AlarmType> = Extract<Alarm, { readonly type: Type }>;

/** What it is about, without the numbers that change while it stands. */
export const alarmKey = (alarm: Alarm): string => [alarm.type, ...subjectOf(alarm)].join(" ");

const subjectOf = (alarm: Alarm): readonly (string | number)[] => {
  switch (alarm.type) {
    case "Rollback":
    case "Cloned":
    case "UpdateNeeded":
    case "BodiesMissing":
      return [alarm.vault];
    case "Equivocation":
    case "Withholding":
    case "OtherIncarnation":
    case "ReceiptLost":
    case "ChainVoid":
      return [alarm.vault, alarm.chain];
    case "ClaimMismatch":
      return [alarm.vault, alarm.claimantChain, alarm.chain];
    case "LogWithheld":
    case "LogForked":
    case "LogStopped":
      return [alarm.log.kind, alarm.log.log];
    case "StaleDevice":
      return [alarm.vault, alarm.device];
    case "CheckpointMismatch":
      return [alarm.vault, alarm.checkpoint];
    case "KeysMissing":
      return [alarm.vault, alarm.epoch];
    case "RotatedToOldKey":
      return [alarm.vault, alarm.user];
    case "RelayMisbehaved":
      return [alarm.fault];
    case "DeviceAdded":
    case "DeviceRevoked":
      return [alarm.device];
    case "RelayGenerationChanged":
    case "RelayKeyChanged":
    case "ClockSuspect":
      return [];
  }
};

/** Proof of what an alarm says outranks a reason to look, and is not replaced by one. */
export const isProof = (alarm: Alarm): boolean =>
  (alarm.type !== "Equivocation" && alarm.type !== "Cloned" && alarm.type !== "LogForked") ||
  (alarm.evidence !== "claim" && alarm.evidence !== "relay");
