/** What a device says to others of chains: nothing that no relay will ever bring them. */
import { cutRecord, systemRandomBytes } from "@duro/crypto";
import { envelopeIds } from "@duro/crypto/types";
import { chainIdOf } from "@duro/crypto/verify";
import {
  createPerson,
  createVault,
  identityAt,
  incarnationOf,
  withDevice,
  withoutDevice,
  withVaultRecord,
} from "@duro/crypto/testing/people";
import { expect, test } from "vitest";
import { vectorOf, vectorToSay } from "./vector.ts";

const deps = { randomBytes: systemRandomBytes };
const idOf = (byte: number) => envelopeIds.fromBytes(new Uint8Array(32).fill(byte));

/** A chain of a revoked device that is here up to 3, and is cut at that seq. */
const withChainCutAt = (seq: number) => {
  const { person: two, device } = withDevice(deps, createPerson(deps));
  const person = withoutDevice(deps, two, device);
  const founded = createVault(deps, two);
  const incarnation = incarnationOf(1);
  const row = {
    chain: chainIdOf(device.signKey, incarnation),
    user: person.state.user,
    device: device.id,
    incarnation,
    logHead: founded.state.head.id,
    head: { at: 3, id: idOf(3) },
    epoch: 1,
    counted: Math.min(3, seq),
    lastLogIndex: 0,
    voidAt: 0,
    receipted: 0,
  };
  const chains = seq === 0 ? [] : [{ incarnation, seq, id: idOf(seq) }];
  const author = { device: person.device, identity: person.state };
  const cuts = [{ device: device.id, chains }];
  const record = cutRecord(founded.state, author, "cutDevice", { identity: person.state, cuts });
  const { state } = withVaultRecord(founded, record, [person]);
  const view = {
    state,
    keys: new Map(),
    keyFailures: [],
    identityAt: identityAt(person),
    identity: () => person.state,
  };
  return { chains: new Map([[row.chain, row]]), view };
};

test("a chain that is here past its cut is told to the relay, and to nobody else", () => {
  for (const seq of [0, 2]) {
    const memory = withChainCutAt(seq);
    expect(vectorOf(memory)).toHaveLength(1);
    expect(vectorToSay(memory)).toEqual([]);
  }
});

test("a chain that is here up to its cut is told", () => {
  const memory = withChainCutAt(3);
  expect(vectorToSay(memory)).toEqual(vectorOf(memory));
});
