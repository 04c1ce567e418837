/** Ids by a small number, and one alarm of each type, for the tests beside. */
import { DeviceScope, LogKind } from "@duro/crypto/types";
import {
  chainIds,
  deviceIds,
  envelopeIds,
  OpenReason,
  recordIds,
  relayGenerations,
  userIds,
  vaultIds,
  type ChainId,
  type DeviceId,
  type EnvelopeId,
  type RecordId,
  type UserId,
} from "@duro/protocol";
import type { AlarmOf, AlarmType } from "../alarms.ts";

const numbered = (byteLength: number, ...bytes: readonly number[]): Uint8Array => {
  const id = new Uint8Array(byteLength);
  id.set(bytes);
  return id;
};

const high = (number: number): number => Math.floor(number / 256);

export const aVault = vaultIds.fromBytes(numbered(16, 0xa1));
export const otherVault = vaultIds.fromBytes(numbered(16, 0xa2));
export const chainOf = (number: number): ChainId =>
  chainIds.fromBytes(numbered(16, 0xc0, high(number), number % 256));
export const deviceNumber = (number: number): DeviceId =>
  deviceIds.fromBytes(numbered(16, 0xd0, high(number), number % 256));
export const userNumber = (number: number): UserId =>
  userIds.fromBytes(numbered(16, 0xe0, high(number), number % 256));
/** `branch` tells two envelopes at one place apart. */
export const envelopeAt = (chain: number, seq: number, branch = 0): EnvelopeId =>
  envelopeIds.fromBytes(numbered(32, chain, high(seq), seq % 256, branch));
export const recordAt = (index: number, branch = 0): RecordId =>
  recordIds.fromBytes(numbered(32, 0xb0, high(index), index % 256, branch));
export const generationNumber = (number: number) =>
  relayGenerations.fromBytes(numbered(32, 0x90, number));

export const vaultLog = { kind: LogKind.Vault, log: aVault } as const;
export const identityLog = (user: number) =>
  ({ kind: LogKind.Identity, log: userNumber(user) }) as const;

/** Names as a person gave them. */
export const nameOf = (id: DeviceId | UserId): string => names.get(id) ?? `unnamed ${id}`;
const names = new Map<DeviceId | UserId, string>([
  [deviceNumber(1), "laptop"],
  [deviceNumber(2), "desktop"],
  [deviceNumber(3), "server"],
  [userNumber(1), "Ada"],
]);

const ofChain = { vault: aVault, chain: chainOf(1), device: deviceNumber(1) };

export const oneOfEach: { readonly [Type in AlarmType]: AlarmOf<Type> } = {
  Rollback: {
    type: "Rollback",
    vault: aVault,
    chainCount: 2,
    envelopeCount: 10,
    recordCount: 1,
  },
  Equivocation: {
    type: "Equivocation",
    ...ofChain,
    seq: 41,
    evidence: "heads",
    claimant: undefined,
  },
  Withholding: {
    type: "Withholding",
    ...ofChain,
    claimant: deviceNumber(2),
    claimantCount: 1,
    claimedSeq: 50,
    heldSeq: 40,
    relaySeq: 40,
  },
  ClaimMismatch: {
    type: "ClaimMismatch",
    ...ofChain,
    claimant: deviceNumber(2),
    claimantChain: chainOf(2),
    claimedSeq: 50,
    ownSeq: 45,
  },
  LogWithheld: {
    type: "LogWithheld",
    log: vaultLog,
    record: recordAt(7),
    claimedIndex: undefined,
    heldIndex: 6,
    claimant: deviceNumber(2),
    evidence: "head",
  },
  LogForked: {
    type: "LogForked",
    log: identityLog(1),
    index: 4,
    ours: recordAt(4),
    theirs: recordAt(4, 1),
    evidence: "record",
    claimant: undefined,
  },
  Cloned: {
    type: "Cloned",
    vault: aVault,
    chain: chainOf(1),
    evidence: "head",
    ourSeq: 40,
    theirSeq: 44,
  },
  OtherIncarnation: {
    type: "OtherIncarnation",
    vault: aVault,
    device: deviceNumber(2),
    chain: chainOf(9),
    reason: OpenReason.Restored,
  },
  StaleDevice: {
    type: "StaleDevice",
    vault: aVault,
    device: deviceNumber(3),
    lastHeardMs: Date.UTC(2026, 10, 2),
  },
  RelayGenerationChanged: {
    type: "RelayGenerationChanged",
    before: generationNumber(1),
    now: generationNumber(2),
  },
  ReceiptLost: {
    type: "ReceiptLost",
    ...ofChain,
    seq: 41,
    id: envelopeAt(1, 41),
    position: 612,
    receiptedAtMs: Date.UTC(2026, 10, 20),
    count: 3,
  },
  CheckpointMismatch: {
    type: "CheckpointMismatch",
    vault: aVault,
    checkpoint: envelopeAt(2, 30),
    author: deviceNumber(2),
    attester: deviceNumber(1),
    docCount: 1,
  },
  ChainVoid: { type: "ChainVoid", ...ofChain, seq: 41, reason: "CommitmentMismatch" },
  KeysMissing: {
    type: "KeysMissing",
    vault: aVault,
    epoch: 3,
    isNewest: true,
    reason: "NoBox",
  },
  RotatedToOldKey: {
    type: "RotatedToOldKey",
    vault: aVault,
    epoch: 3,
    user: userNumber(1),
    generation: 1,
    knownGeneration: 2,
  },
  LogStopped: {
    type: "LogStopped",
    log: vaultLog,
    index: 7,
    record: recordAt(7),
    rule: "VL15 two heads of one chain, one seq and one predecessor prove an equivocation",
  },
  UpdateNeeded: { type: "UpdateNeeded", vault: aVault, what: "record" },
  BodiesMissing: { type: "BodiesMissing", vault: aVault, chainCount: 2 },
  RelayKeyChanged: { type: "RelayKeyChanged", expected: "aa".repeat(32), got: "bb".repeat(32) },
  ClockSuspect: { type: "ClockSuspect", aheadMs: -3_600_000, evidence: "relay" },
  RelayMisbehaved: { type: "RelayMisbehaved", fault: "ReceiptBroken" },
  DeviceAdded: {
    type: "DeviceAdded",
    device: deviceNumber(2),
    by: deviceNumber(1),
    scope: DeviceScope.Full,
  },
  DeviceRevoked: {
    type: "DeviceRevoked",
    device: deviceNumber(3),
    by: deviceNumber(2),
    scope: DeviceScope.Paper,
  },
};
