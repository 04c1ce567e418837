/**
 * What each alarm means for a person: its code, how grave it is, what heals it, whether this device
 * goes on sealing while it stands. Names are not known here: the caller gives them.
 */
import { DeviceScope, LogKind } from "@duro/crypto/types";
import { type DeviceId, OpenReason, type UserId } from "@duro/protocol";

import type { Alarm, AlarmOf, AlarmType } from "./alarms.ts";

/** What heals an alarm, and what a person is told to do next. */
export const heals = {
  reseed: "Nothing to do: this device gives the relay back what it holds.",
  wait: "Nothing to do now: it ends by itself once what is missing is here.",
  cut: "Nothing to do: the chain is cut there, and its device goes on in a new one.",
  revoke: "If that was not you, revoke the device and add it again.",
  resolve: "An owner decides which branch of the log stands.",
  box: "It ends with the next new key of the vault, which any change of devices or members brings.",
  openOthers:
    "Open Duro on every device of the vault: one that still has it gives it back, or writes it again.",
  update: "Update Duro on this machine.",
  yours: "If that was not you, revoke both devices that are named.",
  restart: "Restart Duro on the device named, so that it goes on in a new chain.",
  compare: "Compare the fingerprint words with another device of yours.",
  askOperator: "Ask whoever runs the relay; go on only if they confirm the change.",
  report: "Report it: the relay or one of the programs has a fault.",
  setClock: "Set this machine's clock.",
} as const;
type Heal = keyof typeof heals;

/** A notice is to be known; a warning: something is missing or waits; an alert: a lie, a theft or a fault. */
type Severity = "notice" | "warning" | "alert";

export interface AlarmMeaning {
  /** For status, scripts and docs: never used again for another alarm. */
  readonly code: string;
  readonly severity: Severity;
  readonly heal: Heal;
  readonly stopsSealing: boolean;
}

export const catalogue: Readonly<Record<AlarmType, AlarmMeaning>> = {
  Rollback: { code: "rollback", severity: "alert", heal: "reseed", stopsSealing: false },
  Equivocation: { code: "equivocation", severity: "alert", heal: "cut", stopsSealing: false },
  Withholding: { code: "withholding", severity: "alert", heal: "wait", stopsSealing: false },
  ClaimMismatch: { code: "claim-mismatch", severity: "alert", heal: "revoke", stopsSealing: false },
  LogWithheld: { code: "log-withheld", severity: "alert", heal: "wait", stopsSealing: true },
  LogForked: { code: "log-forked", severity: "alert", heal: "resolve", stopsSealing: true },
  Cloned: { code: "cloned", severity: "alert", heal: "revoke", stopsSealing: true },
  OtherIncarnation: {
    code: "second-incarnation",
    severity: "notice",
    heal: "revoke",
    stopsSealing: false,
  },
  StaleDevice: { code: "stale-device", severity: "notice", heal: "wait", stopsSealing: false },
  RelayGenerationChanged: {
    code: "relay-generation",
    severity: "notice",
    heal: "reseed",
    stopsSealing: false,
  },
  ReceiptLost: { code: "receipt-lost", severity: "alert", heal: "reseed", stopsSealing: false },
  CheckpointMismatch: {
    code: "checkpoint-mismatch",
    severity: "alert",
    heal: "compare",
    stopsSealing: false,
  },
  ChainVoid: { code: "chain-void", severity: "warning", heal: "restart", stopsSealing: false },
  KeysMissing: { code: "keys-missing", severity: "warning", heal: "box", stopsSealing: true },
  RotatedToOldKey: { code: "old-key", severity: "notice", heal: "wait", stopsSealing: true },
  LogStopped: { code: "log-stopped", severity: "alert", heal: "report", stopsSealing: true },
  UpdateNeeded: { code: "update-needed", severity: "warning", heal: "update", stopsSealing: false },
  BodiesMissing: {
    code: "bodies-missing",
    severity: "warning",
    heal: "openOthers",
    stopsSealing: false,
  },
  RelayKeyChanged: {
    code: "relay-key",
    severity: "alert",
    heal: "askOperator",
    stopsSealing: true,
  },
  DeviceAdded: { code: "device-added", severity: "notice", heal: "yours", stopsSealing: false },
  DeviceRevoked: { code: "device-revoked", severity: "notice", heal: "yours", stopsSealing: false },
  ClockSuspect: { code: "clock", severity: "notice", heal: "setClock", stopsSealing: false },
  RelayMisbehaved: {
    code: "relay-fault",
    severity: "warning",
    heal: "report",
    stopsSealing: false,
  },
};

/**
 * Of this very alarm. What only a beacon says of a log stops nobody: one member could silence a vault
 * by naming records that never were. What counts is the log head of an envelope, which stops it as
 * well where the beacon is true. And nobody seals under an older epoch.
 */
export const stopsSealing = (alarm: Alarm): boolean => {
  if (alarm.type === "LogWithheld" && alarm.evidence === "beacon") return false;
  if (alarm.type === "LogForked" && alarm.evidence === "claim") return false;
  if (alarm.type === "KeysMissing" && !alarm.isNewest) return false;
  // Another chain under our keys is no danger to ours, which nobody else has written.
  if (alarm.type === "Cloned" && alarm.evidence === "open") return false;
  return catalogue[alarm.type].stopsSealing;
};

/** What a person calls a device or a user. */
export type NameOf = (id: DeviceId | UserId) => string;

const nameOr = (nameOf: NameOf, device: DeviceId | undefined, otherwise: string): string =>
  device === undefined ? otherwise : nameOf(device);

const count = (number: number, one: string, many: string): string =>
  `${number} ${number === 1 ? one : many}`;

/** One sentence, without a full stop less or more. */
export const alarmText = (alarm: Alarm, nameOf: NameOf): string => {
  const whose = (device: DeviceId | undefined): string =>
    nameOr(nameOf, device, "a device that is not known yet");
  switch (alarm.type) {
    case "Rollback":
      return rollbackText(alarm);
    case "Equivocation":
      return equivocationText(alarm, nameOf);
    case "Withholding":
      return withholdingText(alarm, nameOf);
    case "ClaimMismatch":
      return `${nameOf(alarm.claimant)} says that it has seen ${alarm.claimedSeq} changes of ${whose(alarm.device)}, which had written only ${alarm.ownSeq} when it read that.`;
    case "LogWithheld":
      return `The relay does not hand out ${logText(alarm.log, nameOf)} as far as ${nameOf(alarm.claimant)} has seen it.`;
    case "LogForked":
      return `Two versions of ${logText(alarm.log, nameOf)} part at record ${alarm.index}: ours (${shortId(alarm.ours)}), and one (${shortId(alarm.theirs)}) that ${nameOr(nameOf, alarm.claimant, "the relay")} has.`;
    case "Cloned":
      return clonedText(alarm);
    case "OtherIncarnation":
      return `${nameOf(alarm.device)} goes on in a new chain: ${reasonText[alarm.reason]}.`;
    case "StaleDevice":
      return `Nothing has come from ${nameOf(alarm.device)} since ${dayOf(alarm.lastHeardMs)}.`;
    case "RelayGenerationChanged":
      return "The relay's database was restored or replaced.";
    case "ReceiptLost":
      return `The relay has lost ${count(alarm.count, "change", "changes")} of ${whose(alarm.device)} that it had signed for, from number ${alarm.seq} on.`;
    case "CheckpointMismatch":
      return `${nameOf(alarm.attester)} found that a checkpoint of ${whose(alarm.author)} differs in ${count(alarm.docCount, "document", "documents")}.`;
    case "ChainVoid":
      return `Change ${alarm.seq} of ${whose(alarm.device)} cannot be read by anybody (${alarm.reason}); nothing after it counts.`;
    case "KeysMissing":
      return `This device cannot open key ${alarm.epoch} of the vault (${alarm.reason}).`;
    case "RotatedToOldKey":
      return `Key ${alarm.epoch} of the vault was sealed to an outdated key of ${nameOf(alarm.user)}: ${alarm.generation} instead of ${alarm.knownGeneration}.`;
    case "LogStopped":
      return `Record ${alarm.index} of ${logText(alarm.log, nameOf)} breaks the rule ${alarm.rule}; it stops there.`;
    case "UpdateNeeded":
      return `A newer version of Duro wrote ${alarm.what === "record" ? "a record" : "changes"} that this one cannot read.`;
    case "BodiesMissing":
      return `The relay has no longer what ${count(alarm.chainCount, "chain says", "chains say")} in part, and no checkpoint stands for it; what follows there waits.`;
    case "RelayKeyChanged":
      return "The relay shows another key than the one that this device knows; nothing was sent to it.";
    case "ClockSuspect":
      return clockText(alarm);
    case "DeviceAdded":
      return `${nameOf(alarm.by)} let ${nameOf(alarm.device)} in as ${scopeText[alarm.scope]} of yours.`;
    case "DeviceRevoked":
      return `${nameOf(alarm.by)} ended ${nameOf(alarm.device)}, ${scopeText[alarm.scope]} of yours.`;
    case "RelayMisbehaved":
      return `The relay sent what no honest relay sends (${alarm.fault}); it was not taken.`;
  }
};

const rollbackText = (alarm: AlarmOf<"Rollback">): string => {
  const lost = [
    ...(alarm.envelopeCount > 0
      ? [
          `${count(alarm.envelopeCount, "change", "changes")} of ${count(alarm.chainCount, "chain", "chains")}`,
        ]
      : []),
    ...(alarm.recordCount > 0
      ? [`${count(alarm.recordCount, "record", "records")} of the vault's log`]
      : []),
  ];
  return `The relay shows an older state than before: ${lost.join(" and ")} are missing there.`;
};

const equivocationText = (alarm: AlarmOf<"Equivocation">, nameOf: NameOf): string => {
  const device = nameOr(nameOf, alarm.device, "A device that is not known yet");
  if (alarm.evidence === "heads")
    return `${device} signed two different changes as number ${alarm.seq}.`;
  const who = nameOr(nameOf, alarm.claimant, "the relay");
  return `${device} wrote one change as number ${alarm.seq} for us and, as ${who} says, another for others.`;
};

const withholdingText = (alarm: AlarmOf<"Withholding">, nameOf: NameOf): string => {
  const device = nameOr(nameOf, alarm.device, "a device that is not known yet");
  const others = alarm.claimantCount - 1;
  const who =
    alarm.claimant === undefined
      ? "the relay itself says"
      : others > 0
        ? `${nameOf(alarm.claimant)} and ${count(others, "other says", "others say")}`
        : `${nameOf(alarm.claimant)} says`;
  return `The relay hides ${count(alarm.claimedSeq - alarm.heldSeq, "change", "changes")} of ${device}: ${who} that it stands at ${alarm.claimedSeq}, and we got ${alarm.heldSeq}.`;
};

const clonedText = (alarm: AlarmOf<"Cloned">): string => {
  switch (alarm.evidence) {
    case "open":
      return "Somebody opened a chain with this device's keys that this device did not open.";
    case "head":
      return `This device's keys signed change ${alarm.theirSeq} of its chain elsewhere; here it stands at ${alarm.ourSeq}.`;
    case "relay":
      return `The relay has this device's chain up to ${alarm.theirSeq}; here it stands at ${alarm.ourSeq}.`;
  }
};

const reasonText: Readonly<Record<OpenReason, string>> = {
  [OpenReason.First]: "it says that it is its first, which is not so",
  [OpenReason.Restored]: "it was restored from a backup",
  [OpenReason.Cloned]: "its data was copied, and the copy noticed",
  [OpenReason.Cut]: "its chain was cut",
  [OpenReason.StoreLost]: "its store may have lost what was sent",
};

/** As much of an id as people compare. */
const shortId = (id: string): string => id.slice(0, 8);

const logText = (log: AlarmOf<"LogForked">["log"], nameOf: NameOf): string =>
  log.kind === LogKind.Identity ? `the list of devices of ${nameOf(log.log)}` : "the vault's log";

const scopeText: Readonly<Record<DeviceScope, string>> = {
  [DeviceScope.Full]: "a device",
  [DeviceScope.Viewer]: "a viewer",
  [DeviceScope.Paper]: "a sheet of words",
};

const clockText = ({ aheadMs, evidence }: AlarmOf<"ClockSuspect">): string => {
  const minutes = count(Math.round(Math.abs(aheadMs) / minuteMs), "minute", "minutes");
  const where = aheadMs > 0 ? "ahead of" : "behind";
  const what = evidence === "relay" ? "the relay's" : "what it showed before";
  return `This machine's clock is ${minutes} ${where} ${what}.`;
};

const minuteMs = 60_000;

const dayOf = (timeMs: number): string => new Date(timeMs).toISOString().slice(0, 10);
