/** When a device does what it owes. */
import { pinRecord, systemRandomBytes } from "@duro/crypto";
import {
  createPerson,
  createVault,
  identityAt,
  type Vault,
  withDevice,
  withoutDevice,
  withVaultRecord,
} from "@duro/crypto/testing/people";
import { envelopeIds, incarnations, ok } from "@duro/crypto/types";
import { chainIdOf } from "@duro/crypto/verify";
import { expect, test } from "vitest";
import { createKeyRing } from "../logs/keyRing.ts";
import type { ChainRow } from "../store/rows.ts";
import { createManualClock } from "../testing/manualClock.ts";
import { createDuties } from "./duties.ts";

const deps = { randomBytes: systemRandomBytes };

/** A device of one's own is revoked, of whose chain more is at the relay than here. */
const owingCut = () => {
  const person = createPerson(deps);
  const { person: two, device } = withDevice(deps, person);
  const founded = createVault(deps, person);
  const author = { device: person.device, identity: two.state };
  const known = withVaultRecord(founded, pinRecord(founded.state, author, [two.state]), [two]);
  const one = withoutDevice(deps, two, device);
  const incarnation = incarnations.fromBytes(new Uint8Array(incarnations.byteLength).fill(1));
  const chain = chainIdOf(device.signKey, incarnation);
  const rowAt = (seq: number): ChainRow => ({
    chain,
    user: one.state.user,
    device: device.id,
    incarnation,
    logHead: known.state.head.id,
    head: { at: seq, id: envelopeIds.fromBytes(new Uint8Array(32).fill(seq)) },
    epoch: 1,
    counted: seq,
    lastLogIndex: 0,
    voidAt: 0,
    receipted: 0,
  });
  let rows = [rowAt(3)];
  let vault: Vault = known;
  const duties = createDuties({
    clock: createManualClock(),
    doer: { user: one.state.user, device: one.device, randomBytes: deps.randomBytes },
    viewOf: () => ({
      state: vault.state,
      keys: createKeyRing(one.device).vaultKeys(one.state, vault.state).byEpoch,
      keyFailures: [],
      identityAt: identityAt(one),
      identity: () => one.state,
    }),
    chainsOf: () => rows,
    refresh: async () => {
      rows = [rowAt(isOnline ? 7 : 3)];
      return isOnline;
    },
    post: async (_, make) => {
      const record = make();
      if (record !== undefined) vault = withVaultRecord(vault, record, [one]);
      return ok(undefined);
    },
  });
  let isOnline = true;
  return {
    duties,
    vault: known.state.vault,
    goOffline: () => {
      isOnline = false;
    },
    cut: () => vault.state.cutsByChain.get(chain),
  };
};

test("[CUT1] whoever cuts a device gets first what the relay has of its chains", async () => {
  const { duties, vault, cut } = owingCut();
  expect((await duties.doNow(vault)).ok).toBe(true);
  expect(cut()).toMatchObject({ seq: 7 });
});

test("[CUT1] nobody is cut by a device that the relay does not answer", async () => {
  const { duties, vault, cut, goOffline } = owingCut();
  goOffline();
  expect(await duties.doNow(vault)).toMatchObject({ ok: false, error: { type: "RecordLost" } });
  expect(cut()).toBe(undefined);
});
