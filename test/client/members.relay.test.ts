/** A vault that people share: who is let in reads and writes, who is taken out does neither. */
import {
  addMember,
  identityRecords,
  recover,
  removeMember,
  setRole,
  systemClock,
} from "@duro/client";
import { createDeviceKeys } from "@duro/crypto";
import { Role } from "@duro/crypto/verify";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { endEverything } from "../relay/tools/program.ts";
import {
  closeMachines,
  type FoundedPerson,
  foundPerson,
  isSent,
  openStore,
  openText,
  program,
  randomBytes,
  type RelayProgram,
  startRelay,
  transport,
  until,
} from "./tools/machines.ts";
import { addMachine } from "./tools/pairing.ts";
import { canRead, keysOf, readRelayBytes, verifiedBy } from "./tools/relayBytes.ts";

let relay: RelayProgram;
beforeAll(async () => {
  relay = await startRelay();
});
afterEach(closeMachines);
afterAll(endEverything);

const letIn = async (owner: FoundedPerson, member: FoundedPerson, role: Role): Promise<void> => {
  const { user, store } = member;
  const records = await identityRecords(store, user);
  const added = await addMember({ ...owner, randomBytes }, owner.vault, { user, records, role });
  expect(added).toEqual({ ok: true, value: undefined });
  await until(() => member.engine.vault(owner.vault) !== undefined, "the vault comes to them");
};

test("who is let in reads what was there, and writes", async () => {
  const [alice, bob] = [await foundPerson(relay.url), await foundPerson(relay.url)];
  const { vault } = alice;
  const hers = await openText(alice, vault);
  await hers.write("hello ");
  await until(() => isSent(alice, vault), "it is sent");
  await letIn(alice, bob, Role.Writer);
  const his = await openText(bob, vault);
  await until(() => his.read() === "hello ", "he reads");
  await his.write("Alice");
  await until(() => hers.read() === "hello Alice", "what he writes counts");
  expect(his.read()).toBe(hers.read());
});

test("who may only read from now on writes nothing that counts, and may again when let", async () => {
  const [alice, bob] = [await foundPerson(relay.url), await foundPerson(relay.url)];
  const { vault } = alice;
  const deps = { ...alice, randomBytes };
  await until(() => isSent(alice, vault), "it is linked");
  await letIn(alice, bob, Role.Writer);
  const [hers, his] = [await openText(alice, vault), await openText(bob, vault)];
  await his.write("one ");
  await until(() => hers.read() === "one ", "it comes");
  expect(await setRole(deps, vault, { user: bob.user, role: Role.Viewer })).toEqual({
    ok: true,
    value: undefined,
  });
  await until(
    () => bob.engine.vaultLog(vault)?.members.get(bob.user)?.role === Role.Viewer,
    "he knows it",
  );
  await his.write("two ");
  await hers.write("three ");
  await until(() => his.read().includes("three"), "he reads");
  expect(hers.read()).toBe("one three ");
  expect(await setRole(deps, vault, { user: bob.user, role: Role.Writer })).toEqual({
    ok: true,
    value: undefined,
  });
  await until(() => hers.read().includes("two "), "what waited goes now");
});

test("who is taken out reads nothing that is sealed from then on", async () => {
  const [alice, bob] = [await foundPerson(relay.url), await foundPerson(relay.url)];
  const { vault } = alice;
  await until(() => isSent(alice, vault), "it is linked");
  await letIn(alice, bob, Role.Writer);
  const [hers, his] = [await openText(alice, vault), await openText(bob, vault)];
  await his.write("shared ");
  await until(() => hers.read() === "shared ", "it comes");
  const keys = keysOf(bob, bob, vault);
  const before = (await readRelayBytes(relay.data, vault)).length;
  const removed = await removeMember({ ...alice, randomBytes }, vault, bob.user);
  expect(removed).toEqual({ ok: true, value: undefined });
  await hers.write("alone");
  await until(() => isSent(alice, vault), "it is sent");
  const held = verifiedBy(alice, vault, await readRelayBytes(relay.data, vault));
  expect(held.length).toBeGreaterThan(before);
  expect(held.slice(before).filter((envelope) => canRead(keys, envelope))).toEqual([]);
  expect(held.slice(0, before).every((envelope) => canRead(keys, envelope))).toBe(true);
  expect(his.read()).toBe("shared ");
});

test("who was taken out somewhere learns it by the log, and lets in a machine and comes back by the words", async () => {
  const [alice, bob] = [await foundPerson(relay.url), await foundPerson(relay.url)];
  const { vault } = alice;
  await until(() => isSent(alice, vault) && isSent(bob, bob.vault), "they are linked");
  await letIn(alice, bob, Role.Writer);
  const removed = await removeMember({ ...alice, randomBytes }, vault, bob.user);
  expect(removed).toEqual({ ok: true, value: undefined });
  await until(
    () => bob.engine.vaultLog(vault)?.members.has(bob.user) === false,
    "his machine has the record that took him out",
  );
  const at = bob.engine.vaultLog(vault)?.head;
  const more = await foundPerson(relay.url);
  await letIn(alice, more, Role.Writer);
  const second = await addMachine(bob, relay.url);
  expect(second.engine.vaults.map(({ id }) => id)).toEqual([bob.vault]);
  expect(bob.engine.vaultLog(vault)?.head).toEqual(at);
  expect(bob.engine.alarms).toEqual([]);
  const store = openStore();
  const recovered = await recover(
    {
      store,
      transport,
      clock: systemClock,
      randomBytes,
      device: createDeviceKeys({ randomBytes }),
      relayUrl: relay.url,
      program,
    },
    { phrase: bob.phrase, confirm: async (_, vaults) => vaults.join() === bob.vault },
  );
  expect(recovered).toEqual({ ok: true, value: { user: bob.user } });
  await store.close();
});

test("nobody removes themselves, nor the last owner, nor a stranger", async () => {
  const [alice, bob] = [await foundPerson(relay.url), await foundPerson(relay.url)];
  const deps = { ...alice, randomBytes };
  await until(() => isSent(alice, alice.vault), "it is linked");
  const stays = { ok: false, error: { type: "MemberStays" } };
  expect(await removeMember(deps, alice.vault, alice.user)).toEqual(stays);
  expect(await setRole(deps, alice.vault, { user: alice.user, role: Role.Writer })).toEqual(stays);
  expect(await removeMember(deps, alice.vault, bob.user)).toEqual({
    ok: false,
    error: { type: "MemberUnknown" },
  });
});
