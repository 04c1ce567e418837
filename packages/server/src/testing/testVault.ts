/** A person with a vault, known to a relay's stores, and chains that they write. */
import {
  type Deps,
  createPerson,
  createVault,
  incarnationOf,
  type Person,
  type SealedEnvelope,
  type Vault,
} from "@duro/crypto/testing/people";
import { seededRandomBytes } from "@duro/crypto/testing/seededRandomBytes";
import { type DeviceKeys, sealEnvelope } from "@duro/crypto";
import { assert, EnvelopeKind, type Incarnation, noEnvelope } from "@duro/crypto/types";
import { chainIdOf, encodeRecord, type LogRecord } from "@duro/crypto/verify";
import { encodeBody, OpenReason } from "@duro/protocol";
import { accessOf } from "../domain/access.ts";
import { devicesOf } from "../domain/devices.ts";
import type { RelayStores } from "../relay/context.ts";

export type KnownStores = Pick<RelayStores, "accountStore" | "logStore">;

const newRecord = (record: LogRecord) => ({
  index: record.index,
  id: record.id,
  previous: record.previous,
  bytes: encodeRecord(record),
});

export const registerPerson = async (
  { accountStore }: KnownStores,
  person: Person,
): Promise<void> => {
  const account = {
    user: person.state.user,
    records: person.records.map(newRecord),
    devices: devicesOf(person.state),
    nowMs: 1,
  };
  const registered = await accountStore.register(account, { kind: "open" });
  assert(registered.ok, "a new person is let in");
};

export const storeVault = async (
  { logStore }: KnownStores,
  vault: Vault,
  payer: Person,
): Promise<void> => {
  for (const record of vault.records) {
    const pinned = record.pins.map(({ user }) => user);
    const founding = record.index === 0 ? { payer: payer.state.user, nowMs: 1 } : undefined;
    const stored = await logStore.appendVault(
      vault.state.vault,
      { ...newRecord(record), pinned },
      accessOf(vault.state),
      founding,
    );
    assert(stored.ok, "the vault's records follow each other");
  }
};

export interface Founded {
  readonly deps: Deps;
  readonly person: Person;
  readonly vault: Vault;
}

export const foundVault = async (stores: KnownStores, seed: string): Promise<Founded> => {
  const deps = { randomBytes: seededRandomBytes(seed) };
  const person = createPerson(deps);
  const vault = createVault(deps, person);
  await registerPerson(stores, person);
  await storeVault(stores, vault, person);
  return { deps, person, vault };
};

/** Seals one envelope after the other, with bodies that the relay can read the clear part of. */
export interface ChainWriter {
  next(plaintext?: Uint8Array): SealedEnvelope;
  take(count: number, byteLength?: number): readonly SealedEnvelope[];
}

export const createChainWriter = (
  deps: Deps,
  { person, vault, device = person.device }: { person: Person; vault: Vault; device?: DeviceKeys },
  incarnation: Incarnation = incarnationOf(1),
): ChainWriter => {
  const chain = chainIdOf(device.signKey, incarnation);
  let last: SealedEnvelope | undefined;
  const opening = encodeBody({
    type: "Open",
    clear: { user: person.state.user, device: device.id, incarnation },
    plaintext: { predecessor: undefined, reason: OpenReason.First, note: "" },
  });
  const next = (plaintext = new Uint8Array([1, 2, 3])): SealedEnvelope => {
    const seq = (last?.head.seq ?? 0) + 1;
    const fields = {
      kind: seq === 1 ? EnvelopeKind.Open : EnvelopeKind.Data,
      flags: 0,
      vault: vault.state.vault,
      chain,
      seq,
      previous: last?.id ?? noEnvelope,
      epoch: vault.key.epoch,
      logHead: vault.state.head.id,
    };
    const content = seq === 1 ? opening : { clear: new Uint8Array(), plaintext };
    last = sealEnvelope(
      deps,
      { vaultKey: vault.key, signSecret: device.signSecret },
      fields,
      content,
    );
    return last;
  };
  return {
    next,
    take: (count, byteLength = 3) =>
      Array.from({ length: count }, () => next(new Uint8Array(byteLength).fill(9))),
  };
};
