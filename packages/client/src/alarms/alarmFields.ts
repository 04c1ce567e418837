/** How each alarm is kept on this device: its number, and its facts in this order. */
import { DeviceScope, type Reader, type Writer } from "@duro/crypto/types";
import { OpenReason } from "@duro/protocol";
import type { Alarm, AlarmOf, AlarmType } from "./alarms.ts";
import {
  boolField,
  chainField,
  countField,
  deviceField,
  envelopeField,
  type Field,
  generationField,
  logField,
  oneOf,
  optional,
  recordField,
  signedField,
  textField,
  timeField,
  userField,
  vaultField,
} from "./fields.ts";

type Facts<A extends Alarm> = {
  readonly [Name in Exclude<keyof A, "type">]-?: Field<A[Name]>;
};

type FormOf<Type extends AlarmType> = {
  /** Never used again for another alarm. */
  readonly number: number;
  readonly facts: Facts<AlarmOf<Type>>;
};

const scopeField = oneOf([DeviceScope.Full, DeviceScope.Viewer, DeviceScope.Paper]);

const ofChain = { vault: vaultField, chain: chainField, device: optional(deviceField) };

const forms: { readonly [Type in AlarmType]: FormOf<Type> } = {
  Rollback: {
    number: 1,
    facts: {
      vault: vaultField,
      chainCount: countField,
      envelopeCount: countField,
      recordCount: countField,
    },
  },
  Equivocation: {
    number: 2,
    facts: {
      ...ofChain,
      seq: countField,
      evidence: oneOf(["heads", "claim", "relay"]),
      claimant: optional(deviceField),
    },
  },
  Withholding: {
    number: 3,
    facts: {
      ...ofChain,
      claimant: optional(deviceField),
      claimantCount: countField,
      claimedSeq: countField,
      heldSeq: countField,
      relaySeq: countField,
    },
  },
  ClaimMismatch: {
    number: 4,
    facts: {
      ...ofChain,
      claimant: deviceField,
      claimantChain: chainField,
      claimedSeq: countField,
      ownSeq: countField,
    },
  },
  LogWithheld: {
    number: 5,
    facts: {
      log: logField,
      record: recordField,
      claimedIndex: optional(countField),
      heldIndex: optional(countField),
      claimant: deviceField,
      evidence: oneOf(["head", "beacon"]),
    },
  },
  LogForked: {
    number: 6,
    facts: {
      log: logField,
      index: countField,
      ours: recordField,
      theirs: recordField,
      evidence: oneOf(["record", "claim", "relay"]),
      claimant: optional(deviceField),
    },
  },
  Cloned: {
    number: 7,
    facts: {
      vault: vaultField,
      chain: chainField,
      evidence: oneOf(["head", "open", "relay"]),
      ourSeq: countField,
      theirSeq: countField,
    },
  },
  OtherIncarnation: {
    number: 8,
    facts: {
      vault: vaultField,
      device: deviceField,
      chain: chainField,
      reason: oneOf([
        OpenReason.First,
        OpenReason.Restored,
        OpenReason.Cloned,
        OpenReason.Cut,
        OpenReason.StoreLost,
      ]),
    },
  },
  StaleDevice: {
    number: 9,
    facts: { vault: vaultField, device: deviceField, lastHeardMs: timeField },
  },
  RelayGenerationChanged: {
    number: 10,
    facts: { before: generationField, now: generationField },
  },
  ReceiptLost: {
    number: 11,
    facts: {
      ...ofChain,
      seq: countField,
      id: envelopeField,
      position: countField,
      receiptedAtMs: timeField,
      count: countField,
    },
  },
  CheckpointMismatch: {
    number: 12,
    facts: {
      vault: vaultField,
      checkpoint: envelopeField,
      author: optional(deviceField),
      attester: deviceField,
      docCount: countField,
    },
  },
  ChainVoid: { number: 13, facts: { ...ofChain, seq: countField, reason: textField } },
  KeysMissing: {
    number: 14,
    facts: {
      vault: vaultField,
      epoch: countField,
      isNewest: boolField,
      reason: oneOf(["NoBox", "BoxBroken", "KeyCommitmentMismatch", "WrapBroken"]),
    },
  },
  RotatedToOldKey: {
    number: 15,
    facts: {
      vault: vaultField,
      epoch: countField,
      user: userField,
      generation: countField,
      knownGeneration: countField,
    },
  },
  LogStopped: {
    number: 16,
    facts: { log: logField, index: countField, record: recordField, rule: textField },
  },
  UpdateNeeded: {
    number: 17,
    facts: { vault: vaultField, what: oneOf(["record", "envelope"]) },
  },
  RelayKeyChanged: { number: 18, facts: { expected: textField, got: textField } },
  ClockSuspect: {
    number: 19,
    facts: { aheadMs: signedField, evidence: oneOf(["relay", "own past"]) },
  },
  RelayMisbehaved: { number: 20, facts: { fault: textField } },
  BodiesMissing: { number: 21, facts: { vault: vaultField, chainCount: countField } },
  DeviceAdded: { number: 22, facts: { device: deviceField, by: deviceField, scope: scopeField } },
  DeviceRevoked: { number: 23, facts: { device: deviceField, by: deviceField, scope: scopeField } },
};

const typeByNumber = new Map<number, AlarmType>();
for (const type of Object.keys(forms) as AlarmType[]) typeByNumber.set(forms[type].number, type);

/** By name, as every form has them; which name has which type is checked in the table above. */
type LooseFacts = Readonly<Record<string, Field<unknown>>>;

export const alarmField: Field<Alarm> = {
  write: (to: Writer, alarm: Alarm): void => {
    const { number, facts } = forms[alarm.type];
    to.u8(number);
    const values: Readonly<Record<string, unknown>> = { ...alarm };
    for (const [name, field] of Object.entries(facts as LooseFacts)) field.write(to, values[name]);
  },
  read: (from: Reader): Alarm => {
    const number = from.u8();
    const type = typeByNumber.get(number) ?? from.refuse("an alarm's number", `${number}`);
    const values: Record<string, unknown> = { type };
    const facts = forms[type].facts as LooseFacts;
    for (const [name, field] of Object.entries(facts)) values[name] = field.read(from);
    return values as unknown as Alarm;
  },
};
