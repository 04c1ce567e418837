/**
 * From verdicts of the other packages to alarms. What is only late, too large for now or of a newer
 * version is no verdict on anybody; a record that breaks a rule, an envelope that is void, a key that
 * does not open are told by name.
 */
import type { KeyFailure } from "@duro/crypto";
import { assert } from "@duro/crypto/types";
import type { LogError, RecordError, VaultLogError } from "@duro/crypto/verify";
import {
  type AttestBody,
  type ChainId,
  type DeviceId,
  type LogName,
  recordIds,
  type UserId,
  type VaultId,
  Verdict,
} from "@duro/protocol";
import type {
  ChainVoid,
  CheckpointMismatch,
  KeysMissing,
  LogStopped,
  RotatedToOldKey,
  UpdateNeeded,
} from "./alarms.ts";

export interface EnvelopePlace {
  readonly vault: VaultId;
  readonly chain: ChainId;
  readonly device: DeviceId;
  readonly seq: number;
}

/** Void for everyone; `reason` is the type of the error that says so. */
export const chainVoid = (
  { vault, chain, device, seq }: EnvelopePlace,
  { type: reason }: { readonly type: string },
): ChainVoid => ({ type: "ChainVoid", vault, chain, device, seq, reason });

/** Of the epochs that the vault has: those for which no key is at hand. */
export const keysMissing = (
  vault: VaultId,
  newestEpoch: number,
  {
    keys,
    failures,
  }: {
    readonly keys: ReadonlyMap<number, unknown>;
    readonly failures: readonly KeyFailure[];
  },
): readonly KeysMissing[] => {
  const reasons = new Map<number, KeyFailure["type"]>();
  for (const { at, type } of failures) if (!keys.has(at)) reasons.set(at, type);
  return [...reasons].map(([epoch, reason]) => ({
    type: "KeysMissing",
    vault,
    epoch,
    isNewest: epoch === newestEpoch,
    reason,
  }));
};

/** To whom a rotation boxed, beside what was known of those users before it came. */
export interface BoxedTo {
  readonly user: UserId;
  readonly generation: number;
  readonly knownGeneration: number;
}

/** Its author knew less, or was shown less, than we: another rotation heals that. */
export const rotatedToOldKeys = (
  vault: VaultId,
  epoch: number,
  boxes: readonly BoxedTo[],
): readonly RotatedToOldKey[] =>
  boxes
    .filter(({ generation, knownGeneration }) => generation < knownGeneration)
    .map(({ user, generation, knownGeneration }) => ({
      type: "RotatedToOldKey",
      vault,
      epoch,
      user,
      generation,
      knownGeneration,
    }));

/** Undefined: what is missing or cut short is asked for again. */
export const logTrouble = (
  vault: VaultId,
  log: LogName,
  error: RecordError | LogError | VaultLogError,
): LogStopped | UpdateNeeded | undefined => {
  if (error.type === "VersionUnsupported" || error.type === "RecordUnknown")
    return { type: "UpdateNeeded", vault, what: "record" };
  if (error.type !== "RuleViolated") return undefined;
  const record = recordIds.parse(error.record);
  assert(record.ok, "a violation names its record");
  return { type: "LogStopped", log, index: error.index, record: record.value, rule: error.rule };
};

/** `isActiveWriter`: only their verdict holds up deletion; others may lie at no cost. */
export const checkpointMismatch = (
  vault: VaultId,
  { clear, plaintext }: AttestBody,
  {
    attester,
    author,
    isActiveWriter,
  }: {
    readonly attester: DeviceId;
    readonly author: DeviceId | undefined;
    readonly isActiveWriter: boolean;
  },
): CheckpointMismatch | undefined =>
  clear.verdict === Verdict.Mismatch && isActiveWriter
    ? {
        type: "CheckpointMismatch",
        vault,
        checkpoint: clear.checkpoint,
        author,
        attester,
        docCount: plaintext.mismatches.length,
      }
    : undefined;
