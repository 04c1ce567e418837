/** Machines that come and go: paired, recovered, revoked, at the relay's own program on real sockets. */
import { createDeviceKeys, createPhrase } from "@duro/crypto";
import { DeviceScope } from "@duro/crypto/types";
import { newPhrase, recover, revokeDevice, systemClock, wholeTable } from "@duro/client";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { endEverything } from "../relay/tools/program.ts";
import {
  closeMachines,
  foundPerson,
  hastyClock,
  isSent,
  type Machine,
  openMachine,
  newStoreFile,
  openStore,
  openText,
  program,
  randomBytes,
  type RelayProgram,
  startRelay,
  transport,
  until,
} from "./tools/machines.ts";
import { addMachine, approve, lookAt, showCode } from "./tools/pairing.ts";

let relay: RelayProgram;
beforeAll(async () => {
  relay = await startRelay();
});
afterEach(closeMachines);
afterAll(endEverything);

const isConnected = (machine: Machine): boolean => machine.engine.status.link === "ready";

test("a machine that was let in reads everything and writes", async () => {
  const laptop = await foundPerson(relay.url);
  const { vault } = laptop;
  const first = await openText(laptop, vault);
  await first.write("old ");
  await until(() => isSent(laptop, vault), "it is sent");
  const desk = await addMachine(laptop, relay.url);
  const second = await openText(desk, vault);
  await until(() => second.read() === "old ", "the newcomer reads");
  await second.write("new");
  await until(() => first.read() === "old new", "what the newcomer writes counts");
  expect(second.read()).toBe(first.read());
});

test("a wrong number burns the code, and nobody was added", async () => {
  const laptop = await foundPerson(relay.url);
  await until(() => isConnected(laptop), "it is connected");
  const newcomer = showCode(relay.url);
  const code = await newcomer.code;
  const approved = await approve(laptop, relay.url, {
    code,
    choose: async (numbers) => {
      const right = await lookAt(newcomer)(numbers);
      return numbers.find((number) => number !== right);
    },
  });
  expect(approved).toEqual({ ok: false, error: { type: "CheckNumberRefused" } });
  expect(await newcomer.joined).toEqual({
    ok: false,
    error: { type: "MailboxOver", how: "burnt" },
  });
  const again = await approve(laptop, relay.url, { code, choose: lookAt(newcomer) });
  expect(again).toMatchObject({ ok: false, error: { type: "MailboxRefused" } });
  expect(laptop.engine.identity(laptop.user)?.devices.size).toBe(2);
  expect(
    await newcomer.store.range("facts", { from: Uint8Array.of(0), end: undefined }, 9),
  ).toEqual([]);
});

/** Another code for the same mailbox: its check sign fits, its secret does not. */
const guessOf = (code: string, wrong: (mailbox: string) => string): string =>
  wrong(code.slice(0, 3));

test("a guess at the code is refused by the proof, and burns it for everybody", async () => {
  const laptop = await foundPerson(relay.url);
  await until(() => isConnected(laptop), "it is connected");
  const newcomer = showCode(relay.url);
  const code = await newcomer.code;
  const { createPairingCode, pairingCodeText, parsePairingCode } = await import("@duro/crypto");
  const parsed = parsePairingCode(code);
  if (!parsed.ok) throw new Error("a code that is shown can be typed");
  const guess = guessOf(code, () =>
    pairingCodeText(createPairingCode({ randomBytes }, parsed.value.mailbox)).reveal(),
  );
  const guessed = await approve(laptop, relay.url, { code: guess, choose: lookAt(newcomer) });
  expect(guessed.ok).toBe(false);
  const joined = await newcomer.joined;
  expect(joined.ok).toBe(false);
  expect([guessed, joined]).toContainEqual({
    ok: false,
    error: { type: "PairingRefused", at: "awaitsProof", why: "proof" },
  });
  const late = await approve(laptop, relay.url, { code, choose: lookAt(newcomer) });
  expect(late).toMatchObject({ ok: false, error: { type: "MailboxRefused" } });
});

test("a store that somebody lives in takes nobody else", async () => {
  const laptop = await foundPerson(relay.url);
  const newcomer = showCode(relay.url, { store: laptop.store, device: laptop.device });
  expect(await newcomer.joined).toEqual({ ok: false, error: { type: "AlreadySetUp" } });
});

const recoverOn = (store: Machine["store"], device: Machine["device"]) => ({
  store,
  transport,
  clock: systemClock,
  randomBytes,
  device,
  relayUrl: relay.url,
  program,
});

test("the words bring back everything on a new machine", async () => {
  const lost = await foundPerson(relay.url);
  const { vault } = lost;
  await (await openText(lost, vault)).write("kept");
  await until(() => isSent(lost, vault), "it is sent");
  await lost.close();
  const file = newStoreFile();
  const store = openStore(file);
  const device = createDeviceKeys({ randomBytes });
  const seen: number[] = [];
  const recovered = await recover(recoverOn(store, device), {
    phrase: lost.phrase,
    confirm: async ({ devices }) => {
      seen.push(devices.size);
      return true;
    },
  });
  expect(recovered).toEqual({ ok: true, value: { user: lost.user } });
  expect(seen).toEqual([2]);
  await store.close();
  const machine = await openMachine(file, device, relay.url);
  await until(() => machine.engine.vault(vault) !== undefined, "the vault comes");
  const text = await openText(machine, vault);
  await until(() => text.read() === "kept", "its text comes");
  await text.write(" on");
  await until(() => isSent(machine, vault), "and it may write");
});

test("wrong words change nothing, here or at the relay", async () => {
  const person = await foundPerson(relay.url);
  await until(() => isSent(person, person.vault), "it is linked");
  const store = openStore();
  const device = createDeviceKeys({ randomBytes });
  const confirm = async () => true;
  const others = createPhrase({ randomBytes });
  const recovered = await recover(recoverOn(store, device), { phrase: others, confirm });
  expect(recovered).toMatchObject({ ok: false, error: { type: "NoSession" } });
  const declined = await recover(recoverOn(store, device), {
    phrase: person.phrase,
    confirm: async () => false,
  });
  expect(declined).toEqual({ ok: false, error: { type: "RecoveryDeclined" } });
  for (const table of ["facts", "records"] as const)
    expect(await store.range(table, { from: Uint8Array.of(0), end: undefined }, 9)).toEqual([]);
  expect(person.engine.identity(person.user)?.head.index).toBe(1);
  await store.close();
});

test("a log without what the sheet says is refused, and nothing is written", async () => {
  const person = await foundPerson(relay.url);
  await until(() => isSent(person, person.vault), "it is linked");
  const head = person.engine.identity(person.user)?.head;
  if (head === undefined) throw new Error("a person has a log");
  const store = openStore();
  const device = createDeviceKeys({ randomBytes });
  const { phrase } = person;
  const confirm = async (): Promise<boolean> => true;
  const deps = { ...recoverOn(store, device), clock: hastyClock };
  const newer = { index: head.index + 1, id: head.id };
  const refused = await recover(deps, { phrase, confirm, sheetHead: newer });
  expect(refused).toMatchObject({ ok: false, error: { type: "LogsWithheld" } });
  expect(await store.range("records", wholeTable, 9)).toEqual([]);
  const taken = await recover(recoverOn(store, device), { phrase, confirm, sheetHead: head });
  expect(taken).toEqual({ ok: true, value: { user: person.user } });
  await store.close();
});

test("a machine that is revoked is cut off, learns it, and is read by nothing new", async () => {
  const laptop = await foundPerson(relay.url);
  const { vault } = laptop;
  const stolen = await addMachine(laptop, relay.url);
  const [mine, theirs] = [await openText(laptop, vault), await openText(stolen, vault)];
  await theirs.write("before ");
  await until(() => mine.read() === "before ", "it comes");
  const revoked = await revokeDevice({ ...laptop, randomBytes }, stolen.device.id);
  expect(revoked).toEqual({ ok: true, value: { owed: [] } });
  const state = laptop.engine.vaultLog(vault);
  expect(state?.closedDevices.has(stolen.device.id)).toBe(true);
  expect(state?.epochs.length).toBe(2);
  await until(() => stolen.engine.status.link === "stopped", "the stolen one is told");
  await theirs.write("after");
  await mine.write("new");
  await until(() => isSent(laptop, vault), "it is sent");
  expect(mine.read()).toBe("before new");
  expect(theirs.read()).toBe("before after");
});

test("a machine cannot revoke itself, nor one that is not there", async () => {
  const laptop = await foundPerson(relay.url);
  const deps = { ...laptop, randomBytes };
  expect(await revokeDevice(deps, laptop.device.id)).toEqual({
    ok: false,
    error: { type: "DeviceIsOwn" },
  });
  const other = createDeviceKeys({ randomBytes }).id;
  expect(await revokeDevice(deps, other)).toEqual({
    ok: false,
    error: { type: "DeviceNotActive" },
  });
});

test("a phone asks for less, and is not let in as more", async () => {
  const laptop = await foundPerson(relay.url);
  await until(() => isConnected(laptop), "it is connected");
  const phone = showCode(relay.url, { as: DeviceScope.Viewer });
  const code = await phone.code;
  const approved = await approve(laptop, relay.url, { code, choose: lookAt(phone) });
  expect(approved).toEqual({ ok: false, error: { type: "ScopeDiffers" } });
  expect(await phone.joined).toMatchObject({ ok: false, error: { type: "MailboxOver" } });
});

test("a phone reads the vaults that it was granted, and what it writes goes nowhere", async () => {
  const laptop = await foundPerson(relay.url);
  const { vault } = laptop;
  const text = await openText(laptop, vault);
  await text.write("for the phone");
  await until(() => isSent(laptop, vault), "it is sent");
  const phone = showCode(relay.url, { as: DeviceScope.Viewer });
  const approved = await approve(laptop, relay.url, {
    code: await phone.code,
    choose: lookAt(phone),
    as: { scope: DeviceScope.Viewer, expiresAtMs: Date.now() + 3_600_000, vaults: [vault] },
  });
  expect(approved.ok).toBe(true);
  expect(await phone.joined).toEqual({ ok: true, value: { user: laptop.user } });
  await phone.store.close();
  const viewer = await openMachine(phone.file, phone.device, relay.url);
  const screen = await openText(viewer, vault);
  await until(() => screen.read() === "for the phone", "it reads");
  await screen.write(", not by it");
  await text.write(" alone");
  await until(() => screen.read().includes(" alone"), "it goes on reading");
  expect(text.read()).toBe("for the phone alone");
  const chains = [...laptop.engine.chains(vault)];
  expect(chains.some(({ device }) => device === phone.device.id)).toBe(false);

  const epochs = laptop.engine.vaultLog(vault)?.epochs.length ?? 0;
  const revoked = await revokeDevice({ ...laptop, randomBytes }, phone.device.id);
  expect(revoked).toEqual({ ok: true, value: { owed: [] } });
  expect(laptop.engine.vaultLog(vault)?.epochs.length).toBe(epochs + 1);
  await until(() => viewer.engine.status.link === "stopped", "the phone is told");
});

test("new words take the place of the old ones, which open nothing any more", async () => {
  const laptop = await foundPerson(relay.url);
  const { vault } = laptop;
  await until(() => isSent(laptop, vault), "it is linked");
  const deps = { ...laptop, randomBytes };
  const others = createPhrase({ randomBytes });
  const refused = await newPhrase(deps, others, async () => true);
  expect(refused).toMatchObject({ ok: false, error: { type: "PhraseOtherIdentity" } });
  const declined = await newPhrase(deps, laptop.phrase, async () => false);
  expect(declined).toEqual({ ok: false, error: { type: "PhraseNotKept" } });
  expect(laptop.engine.identity(laptop.user)?.head.index).toBe(1);
  let words = laptop.phrase;
  const changed = await newPhrase(deps, laptop.phrase, async (phrase) => {
    words = phrase;
    return true;
  });
  expect(changed).toEqual({ ok: true, value: { owed: [] } });
  const store = openStore();
  const device = createDeviceKeys({ randomBytes });
  const confirm = async (): Promise<boolean> => true;
  const withOld = await recover(recoverOn(store, device), { phrase: laptop.phrase, confirm });
  expect(withOld).toMatchObject({ ok: false, error: { type: "NoSession" } });
  const withNew = await recover(recoverOn(store, device), { phrase: words, confirm });
  expect(withNew).toEqual({ ok: true, value: { user: laptop.user } });
  await store.close();
});
