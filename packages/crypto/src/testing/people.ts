/** People, devices and vaults for tests: each step writes a record and applies it by the rules. */
import type { Incarnation, UserId } from "../ids.ts";
import { incarnations, noEnvelope } from "../ids.ts";
import { chainIdOf, type Envelope } from "../envelope/envelope.ts";
import { EnvelopeKind, type HeadFields } from "../envelope/head.ts";
import { sealEnvelope } from "../envelope/sealEnvelope.ts";
import { createDeviceKeys, type DeviceKeys } from "../keys/deviceKeys.ts";
import { createPhrase, paperDeviceKeys, type Phrase } from "../keys/phrase.ts";
import type { UserKeys } from "../keys/userKey.ts";
import type { VaultKey } from "../keys/vaultKey.ts";
import { addDeviceRecord, revokeDeviceRecord, startIdentity } from "../logs/authorIdentity.ts";
import {
  addMemberRecord,
  removeMemberRecord,
  rotateRecord,
  startVault,
  type VaultAuthor,
} from "../logs/authorVault.ts";
import { applyIdentityRecord, type IdentityState } from "../logs/identityLog.ts";
import { DeviceScope } from "../logs/kinds.ts";
import { openUserKeys, openVaultKeys } from "../logs/openKeys.ts";
import { cosignRecord, type LogRecord } from "../logs/record.ts";
import { applyVaultRecord } from "../logs/vaultLog.ts";
import { type IdentityAt, type VaultState } from "../logs/vaultState.ts";
import type { DeviceCut, Role } from "../logs/vaultRecords.ts";
import type { RandomBytes } from "../random.ts";
import { assert, type Result } from "../result.ts";

export interface Deps {
  readonly randomBytes: RandomBytes;
}

/** The value of a result that the test knows to be good. */
export const must = <T, E>(result: Result<T, E>): T => {
  assert(result.ok, result.ok ? "" : `expected a value, got ${JSON.stringify(result.error)}`);
  return result.value;
};

export interface Person {
  readonly state: IdentityState;
  /** Every state so far, so that an old pin can be looked up. */
  readonly states: readonly IdentityState[];
  readonly records: readonly LogRecord[];
  readonly userKeys: UserKeys;
  /** The first device. */
  readonly device: DeviceKeys;
}

export const createPerson = (deps: Deps): Person => {
  const device = createDeviceKeys(deps);
  const { record, userKeys } = startIdentity(deps, device);
  const state = must(applyIdentityRecord(undefined, record));
  return { state, states: [state], records: [record], userKeys, device };
};

export const withRecord = (
  person: Person,
  record: LogRecord,
  userKeys = person.userKeys,
): Person => {
  const state = must(applyIdentityRecord(person.state, record));
  return {
    ...person,
    state,
    states: [...person.states, state],
    records: [...person.records, record],
    userKeys,
  };
};

const entryOf = (device: DeviceKeys, scope: DeviceScope, expiresAtMs?: number) => ({
  id: device.id,
  entry: { signKey: device.signKey, kemKey: device.kemKey, scope, expiresAtMs },
});

/** The record that adds a device, signed by both. */
export const addDeviceOf = (
  deps: Deps,
  person: Person,
  device: DeviceKeys,
  scope: DeviceScope,
  expiresAtMs?: number,
): LogRecord =>
  cosignRecord(
    addDeviceRecord(
      deps,
      person.state,
      person.device,
      entryOf(device, scope, expiresAtMs),
      person.userKeys,
    ),
    device,
  );

export const withDevice = (
  deps: Deps,
  person: Person,
  scope: DeviceScope = DeviceScope.Full,
): { readonly person: Person; readonly device: DeviceKeys } => {
  const device = createDeviceKeys(deps);
  return { person: withRecord(person, addDeviceOf(deps, person, device, scope)), device };
};

export const withPaper = (
  deps: Deps,
  person: Person,
): { readonly person: Person; readonly paper: DeviceKeys; readonly phrase: Phrase } => {
  const phrase = createPhrase(deps);
  const paper = paperDeviceKeys(phrase);
  return {
    person: withRecord(person, addDeviceOf(deps, person, paper, DeviceScope.Paper)),
    paper,
    phrase,
  };
};

/** Revoked by the first device. */
export const withoutDevice = (deps: Deps, person: Person, device: DeviceKeys): Person => {
  const revoked = revokeDeviceRecord(deps, person.state, person.device, device.id, person.userKeys);
  return withRecord(person, revoked.record, revoked.userKeys);
};

export const authorOf = (person: Person, device = person.device): VaultAuthor => ({
  device,
  identity: person.state,
});

/** Looks a pin up in the logs of these people. */
export const identityAt =
  (...people: readonly Person[]): IdentityAt =>
  ({ user, index, head }) =>
    people
      .flatMap(({ states }) => states)
      .find((state) => state.user === user && state.head.index === index && state.head.id === head);

export const identitiesOf = (...people: readonly Person[]): ReadonlyMap<UserId, IdentityState> =>
  new Map(people.map(({ state }) => [state.user, state]));

export interface Vault {
  readonly state: VaultState;
  readonly records: readonly LogRecord[];
  readonly key: VaultKey;
}

export const createVault = (deps: Deps, owner: Person): Vault => {
  const { record, vaultKey } = startVault(deps, authorOf(owner), 1);
  const state = must(applyVaultRecord(undefined, record, identityAt(owner)));
  return { state, records: [record], key: vaultKey };
};

/** Applies a record, whoever it relies on among these people. */
export const withVaultRecord = (
  vault: Vault,
  record: LogRecord,
  people: readonly Person[],
  key = vault.key,
): Vault => ({
  state: must(applyVaultRecord(vault.state, record, identityAt(...people))),
  records: [...vault.records, record],
  key,
});

export const withMember = (
  deps: Deps,
  vault: Vault,
  owner: Person,
  member: Person,
  role: Role,
): Vault =>
  withVaultRecord(
    vault,
    addMemberRecord(
      deps,
      vault.state,
      authorOf(owner),
      { identity: member.state, role },
      vault.key,
    ),
    [owner, member],
  );

export const withRotation = (
  deps: Deps,
  vault: Vault,
  author: Person,
  people: readonly Person[],
): Vault => {
  const { record, vaultKey } = rotateRecord(
    deps,
    vault.state,
    authorOf(author),
    identitiesOf(...people),
    vault.key,
  );
  return withVaultRecord(vault, record, people, vaultKey);
};

export const withoutMember = (
  deps: Deps,
  vault: Vault,
  author: Person,
  removed: Person,
  cuts: readonly DeviceCut[],
  people: readonly Person[],
): Vault => {
  const { record, vaultKey } = removeMemberRecord(
    deps,
    vault.state,
    authorOf(author),
    { identity: removed.state, cuts },
    identitiesOf(...people),
    vault.key,
  );
  return withVaultRecord(vault, record, people, vaultKey);
};

/** Every key of the vault that this person can reach with this device. */
export const keysOf = (vault: Vault, person: Person, device = person.device) => {
  const userKeys = openUserKeys(person.state, device).keys;
  return openVaultKeys(vault.state, { kind: "member", user: person.state.user, userKeys });
};

/** An incarnation that is easy to recognise. */
export const incarnationOf = (byte: number): Incarnation =>
  incarnations.fromBytes(new Uint8Array(16).fill(byte));

export type SealedEnvelope = Envelope & { readonly id: ReturnType<typeof sealEnvelope>["id"] };

export interface ChainOptions {
  readonly incarnation?: Incarnation;
  readonly plaintext?: (seq: number) => Uint8Array;
  readonly count: number;
}

/** A chain of one OPEN and then DATA envelopes. */
export const createChain = (
  deps: Deps,
  vault: Vault,
  device: DeviceKeys,
  { incarnation = incarnationOf(1), plaintext, count }: ChainOptions,
): readonly SealedEnvelope[] => {
  const chain = chainIdOf(device.signKey, incarnation);
  const envelopes: SealedEnvelope[] = [];
  for (let seq = 1; seq <= count; seq++) {
    const fields: HeadFields = {
      kind: seq === 1 ? EnvelopeKind.Open : EnvelopeKind.Data,
      flags: 0,
      vault: vault.state.vault,
      chain,
      seq,
      previous: envelopes.at(-1)?.id ?? noEnvelope,
      epoch: vault.key.epoch,
      logHead: vault.state.head.id,
    };
    const content = {
      clear: new Uint8Array(),
      plaintext: plaintext?.(seq) ?? new TextEncoder().encode(`envelope ${seq}`),
    };
    envelopes.push(
      sealEnvelope(deps, { vaultKey: vault.key, signSecret: device.signSecret }, fields, content),
    );
  }
  return envelopes;
};
