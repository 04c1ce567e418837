/** What a device owes its vault: each duty, and that nothing is owed once it is done. */
import {
  createPerson,
  createVault,
  identityAt,
  type Person,
  type Vault,
  withDevice,
  withMember,
  withoutDevice,
  withVaultRecord,
} from "@duro/crypto/testing/people";
import { createKeyRing } from "../logs/keyRing.ts";
import { systemRandomBytes } from "@duro/crypto";
import { assert } from "@duro/crypto/types";
import { Role } from "@duro/crypto/verify";
import { expect, test } from "vitest";
import type { LogView } from "../vault/view.ts";
import { dutyOf } from "./dutyOf.ts";
import { dutyRecord } from "./dutyRecord.ts";

const deps = { randomBytes: systemRandomBytes };
const nowMs = 1_000;

const viewOf = (vault: Vault, reader: Person, ...people: readonly Person[]): LogView => ({
  state: vault.state,
  keys: createKeyRing(reader.device).vaultKeys(reader.state, vault.state).byEpoch,
  keyFailures: [],
  identityAt: identityAt(...people),
  identity: (user) => people.find(({ state }) => state.user === user)?.state,
});

const selfOf = (person: Person, device = person.device) => ({
  user: person.state.user,
  device: device.id,
});

/** The duty done, by that device. */
const doneBy = (
  vault: Vault,
  people: readonly Person[],
  person: Person,
  device = person.device,
): Vault => {
  const view = viewOf(vault, person, ...people);
  const duty = dutyOf(view, selfOf(person, device), nowMs);
  assert(duty !== undefined, "something is owed");
  const doer = { user: person.state.user, device, randomBytes: deps.randomBytes };
  const record = dutyRecord(doer, view, [], duty);
  assert(record !== undefined, "it can be done");
  return withVaultRecord(vault, record, people);
};

test("a device that the vault does not know makes itself known, and owes nothing then", () => {
  const person = createPerson(deps);
  const vault = createVault(deps, person);
  const { person: now, device } = withDevice(deps, person);
  const people = [now];
  expect(dutyOf(viewOf(vault, now, ...people), selfOf(now, device), nowMs)).toEqual({
    kind: "pin",
  });
  expect(dutyOf(viewOf(vault, now, ...people), selfOf(now), nowMs)).toBe(undefined);
  const pinned = doneBy(vault, people, now, device);
  expect(dutyOf(viewOf(pinned, now, ...people), selfOf(now, device), nowMs)).toBe(undefined);
});

test("a revoked device is cut first, then the key is rotated, then nothing is owed", () => {
  const person = createPerson(deps);
  const { person: two, device } = withDevice(deps, person);
  const known = doneBy(createVault(deps, person), [two], two, device);
  const one = withoutDevice(deps, two, device);
  const kindOf = (vault: Vault) => dutyOf(viewOf(vault, one, one), selfOf(one), nowMs)?.kind;
  expect(kindOf(known)).toBe("cut");
  const cut = doneBy(known, [one], one);
  expect(cut.state.closedDevices.has(device.id)).toBe(true);
  expect(kindOf(cut)).toBe("rotate");
  const rotated = doneBy(cut, [one], one);
  expect(rotated.state.epochs.length).toBe(2);
  expect(kindOf(rotated)).toBe(undefined);
});

test("two that were revoked before anybody cut the first are cut together", () => {
  const person = createPerson(deps);
  const { person: two, device: first } = withDevice(deps, person);
  const { person: three, device: second } = withDevice(deps, two);
  const vault = doneBy(createVault(deps, person), [three], three, second);
  const one = withoutDevice(deps, withoutDevice(deps, three, first), second);
  const cut = doneBy(vault, [one], one);
  expect([...cut.state.closedDevices.keys()].toSorted()).toEqual([first.id, second.id].toSorted());
  expect(dutyOf(viewOf(cut, one, one), selfOf(one), nowMs)?.kind).toBe("rotate");
});

test("one that was added and revoked before the vault heard of it is cut, too", () => {
  const person = createPerson(deps);
  const vault = createVault(deps, person);
  const { person: two, device } = withDevice(deps, person);
  const one = withoutDevice(deps, two, device);
  const cut = doneBy(vault, [one], one);
  expect(cut.state.closedDevices.has(device.id)).toBe(true);
  const rotated = doneBy(cut, [one], one);
  expect(dutyOf(viewOf(rotated, one, one), selfOf(one), nowMs)).toBe(undefined);
});

test("another member's revoked device is cut by an admin, not by a writer", () => {
  const owner = createPerson(deps);
  const { person: writer, device } = withDevice(deps, createPerson(deps));
  const shared = withMember(deps, createVault(deps, owner), owner, writer, Role.Writer);
  const other = createPerson(deps);
  const three = withMember(deps, shared, owner, other, Role.Writer);
  const known = withVaultRecord(three, recordOf(three, [owner, writer, other], writer), [
    owner,
    writer,
    other,
  ]);
  const revoked = withoutDevice(deps, writer, device);
  const people = [owner, revoked, other];
  expect(dutyOf(viewOf(known, owner, ...people), selfOf(owner), nowMs)?.kind).toBe("cut");
  expect(dutyOf(viewOf(known, other, ...people), selfOf(other), nowMs)).toBe(undefined);
});

const recordOf = (vault: Vault, people: readonly Person[], person: Person) => {
  const view = viewOf(vault, person, ...people);
  const doer = { user: person.state.user, device: person.device, randomBytes: deps.randomBytes };
  const record = dutyRecord(doer, view, [], { kind: "pin" });
  assert(record !== undefined, "a pin can always be made");
  return record;
};

test("who is no member, or has been revoked, owes nothing", () => {
  const person = createPerson(deps);
  const { person: two, device } = withDevice(deps, person);
  const vault = createVault(deps, person);
  const outsider = createPerson(deps);
  expect(dutyOf(viewOf(vault, two, two, outsider), selfOf(outsider), nowMs)).toBe(undefined);
  const one = withoutDevice(deps, two, device);
  expect(dutyOf(viewOf(vault, one, one), selfOf(one, device), nowMs)).toBe(undefined);
});
