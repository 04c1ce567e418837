/**
 * Records that no author code of ours writes: any payload under any header, signed by real devices. So
 * a test breaks one rule and leaves everything else right.
 */
import { chainIdOf, type SignedHead } from "../envelope/envelope.ts";
import { EnvelopeKind } from "../envelope/head.ts";
import { sealEnvelope } from "../envelope/sealEnvelope.ts";
import { type EnvelopeId, envelopeIds, type Incarnation, noEnvelope } from "../ids.ts";
import type { DeviceKeys } from "../keys/deviceKeys.ts";
import { applyIdentityRecord } from "../logs/identityLog.ts";
import {
  decodeIdentityPayload,
  encodeIdentityPayload,
  type IdentityPayload,
  identityTypeNumber,
} from "../logs/identityRecords.ts";
import { LogKind } from "../logs/kinds.ts";
import {
  type LogRecord,
  type RecordError,
  type RecordHeader,
  type RecordSigner,
  signRecord,
} from "../logs/record.ts";
import { applyVaultRecord } from "../logs/vaultLog.ts";
import { type VaultLogError } from "../logs/vaultState.ts";
import {
  type ChainCut,
  decodeVaultPayload,
  type DeviceCut,
  encodeVaultPayload,
  type VaultPayload,
  vaultTypeNumber,
} from "../logs/vaultRecords.ts";
import type { RuleName } from "../logs/violation.ts";
import { assert, type Result } from "../result.ts";
import {
  createChain,
  type Deps,
  identityAt,
  incarnationOf,
  must,
  type Person,
  type Vault,
} from "./people.ts";

export interface Signing {
  /** Signs as the author. */
  readonly device?: RecordSigner;
  readonly cosigners?: readonly RecordSigner[];
  /** What the header says instead. */
  readonly header?: Partial<RecordHeader>;
  /** Bytes that stand where the payload would. */
  readonly bytes?: Uint8Array;
}

export type IdentityPayloadOf<Type extends IdentityPayload["type"]> = Extract<
  IdentityPayload,
  { type: Type }
>;
export type VaultPayloadOf<Type extends VaultPayload["type"]> = Extract<
  VaultPayload,
  { type: Type }
>;

/** The next record of a person's log. */
export const identityRecord = (
  { state, device: first }: Person,
  payload: IdentityPayload,
  { device = first, cosigners = [], header = {}, bytes }: Signing = {},
): LogRecord =>
  signRecord(
    LogKind.Identity,
    {
      log: state.user,
      index: state.head.index + 1,
      previous: state.head.id,
      author: { user: state.user, device: device.id },
      pins: [],
      type: identityTypeNumber(payload),
      ...header,
    },
    bytes ?? encodeIdentityPayload(payload),
    [device, ...cosigners],
  );

/** The next record of a vault's log, which pins its author and `reliedOn` at their newest heads. */
export const vaultRecord = (
  { state }: Vault,
  author: Person,
  payload: VaultPayload,
  {
    device = author.device,
    reliedOn = [],
    cosigners = [],
    header = {},
    bytes,
  }: Signing & { readonly reliedOn?: readonly Person[] } = {},
): LogRecord =>
  signRecord(
    LogKind.Vault,
    {
      log: state.vault,
      index: state.head.index + 1,
      previous: state.head.id,
      author: { user: author.state.user, device: device.id },
      pins: pinsOf(author, ...reliedOn),
      type: vaultTypeNumber(payload),
      ...header,
    },
    bytes ?? encodeVaultPayload(payload),
    [device, ...cosigners],
  );

export const pinsOf = (...people: readonly Person[]): RecordHeader["pins"] =>
  [
    ...new Map(
      people.map(({ state: { user, head } }) => [user, { user, index: head.index, head: head.id }]),
    ).values(),
  ].toSorted((left, right) => (left.user < right.user ? -1 : 1));

/** The same record with another header or payload, signed again. */
export const resigned = (
  record: LogRecord,
  signers: readonly RecordSigner[],
  {
    header = {},
    payload = record.payload,
  }: { header?: Partial<RecordHeader>; payload?: Uint8Array },
): LogRecord => {
  const { log, index, previous, author, pins, type } = record;
  return signRecord(
    record.kind,
    { log, index, previous, author, pins, type, ...header },
    payload,
    signers,
  );
};

/** Says it is one device, and signs with the key of another. */
export const impostor = (claimed: RecordSigner, real: RecordSigner): RecordSigner => ({
  id: claimed.id,
  signSecret: real.signSecret,
});

export const identityPayloadOf = <Type extends IdentityPayload["type"]>(
  record: LogRecord,
  type: Type,
): IdentityPayloadOf<Type> => {
  const payload = must(decodeIdentityPayload(record.type, record.payload));
  assert(payload.type === type, `the test takes a record of ${type}`);
  return payload as IdentityPayloadOf<Type>;
};

export const vaultPayloadOf = <Type extends VaultPayload["type"]>(
  record: LogRecord,
  type: Type,
): VaultPayloadOf<Type> => {
  const payload = must(decodeVaultPayload(record.type, record.payload));
  assert(payload.type === type, `the test takes a record of ${type}`);
  return payload as VaultPayloadOf<Type>;
};

export type Verdict =
  "accepted" | RuleName | Exclude<VaultLogError["type"], "RuleViolated"> | RecordError["type"];

/** The rule that was broken, the type of any other refusal, or `"accepted"`. */
export const verdictOf = (result: Result<unknown, VaultLogError | RecordError>): Verdict => {
  if (result.ok) return "accepted";
  return result.error.type === "RuleViolated" ? result.error.rule : result.error.type;
};

export const judgeIdentity = ({ state }: Pick<Person, "state">, record: LogRecord): Verdict =>
  verdictOf(applyIdentityRecord(state, record));

export const judgeVault = (
  { state }: Pick<Vault, "state">,
  record: LogRecord,
  people: readonly Person[],
): Verdict => verdictOf(applyVaultRecord(state, record, identityAt(...people)));

/** What breaks a rule and what stands right beside it, by half a sentence each. */
export interface RuleCases<World> {
  readonly refused: Readonly<Record<string, (world: World) => Verdict>>;
  readonly accepted: Readonly<Record<string, (world: World) => Verdict>>;
}

export type RuleRow<World> = readonly [
  title: string,
  judge: (world: World) => Verdict,
  verdict: Verdict,
];

/** Rows for `test.each`, each title with the id of its rule. */
export const ruleRows = <World>(
  casesByRule: Readonly<Partial<Record<RuleName, RuleCases<World>>>>,
): readonly RuleRow<World>[] => {
  const rows: RuleRow<World>[] = [];
  for (const [rule, { refused, accepted }] of Object.entries(casesByRule)) {
    const id = rule.slice(0, rule.indexOf(" "));
    for (const [what, judge] of Object.entries(refused))
      rows.push([`[${id}] ${what} is refused`, judge, rule as RuleName]);
    for (const [what, judge] of Object.entries(accepted))
      rows.push([`[${id}] ${what} is accepted`, judge, "accepted"]);
  }
  return rows;
};

/** Where a list of items of one size stands in some bytes, behind its count. */
export interface ListAt {
  readonly at: number;
  readonly itemByteLength: number;
}

/** Our writers write no set out of order, so a test does it to the bytes. */
export const withFirstTwoSwapped = (
  bytes: Uint8Array,
  { at, itemByteLength }: ListAt,
): Uint8Array => {
  const swapped = bytes.slice();
  swapped.copyWithin(at, at + itemByteLength, at + 2 * itemByteLength);
  swapped.set(bytes.subarray(at, at + itemByteLength), at + itemByteLength);
  return swapped;
};

/** The first item in the place of the second, too. */
export const withFirstTwice = (bytes: Uint8Array, { at, itemByteLength }: ListAt): Uint8Array => {
  const doubled = bytes.slice();
  return doubled.copyWithin(at + itemByteLength, at, at + itemByteLength);
};

/** Stands for any envelope's id. */
export const someEnvelopeId = (byte: number): EnvelopeId =>
  envelopeIds.fromBytes(new Uint8Array(32).fill(byte));

/** A chain that counts up to `seq`; 0 is nothing of it. */
export const chainCut = (incarnation: Incarnation, seq: number): ChainCut => ({
  incarnation,
  seq,
  id: seq === 0 ? noEnvelope : someEnvelopeId(seq % 256),
});

/** One device, its first incarnation cut at `seq`; without `seq` no chain of it is listed. */
export const cutOf = (device: Pick<DeviceKeys, "id">, seq?: number): readonly DeviceCut[] => [
  { device: device.id, chains: seq === undefined ? [] : [chainCut(incarnationOf(1), seq)] },
];

/** Two envelopes that one device signed for the same place behind a chain of `seq - 1`. */
export const twoHeads = (
  deps: Deps,
  vault: Vault,
  device: DeviceKeys,
  { seq, incarnation = incarnationOf(1) }: { seq: number; incarnation?: Incarnation },
): readonly [SignedHead, SignedHead] => {
  const previous = createChain(deps, vault, device, { incarnation, count: seq - 1 }).at(-1);
  const seal = (text: string): SignedHead => {
    const { head, signature } = sealEnvelope(
      deps,
      { vaultKey: vault.key, signSecret: device.signSecret },
      {
        kind: seq === 1 ? EnvelopeKind.Open : EnvelopeKind.Data,
        flags: 0,
        vault: vault.state.vault,
        chain: chainIdOf(device.signKey, incarnation),
        seq,
        previous: previous?.id ?? noEnvelope,
        epoch: vault.key.epoch,
        logHead: vault.state.head.id,
      },
      { clear: new Uint8Array(), plaintext: new TextEncoder().encode(text) },
    );
    return { head, signature };
  };
  return [seal("to one reader"), seal("to another")];
};
