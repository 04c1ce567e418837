/** A person begins, with a relay or without one: on a real store, at the relay's own program. */
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { registerAccount } from "@duro/client";
import { endEverything } from "../relay/tools/program.ts";
import {
  closeMachines,
  foundPerson,
  http,
  isSent,
  openMachine,
  openStore,
  openText,
  type RelayProgram,
  startRelay,
  until,
} from "./tools/machines.ts";

let relay: RelayProgram;
beforeAll(async () => {
  relay = await startRelay();
});
afterEach(async () => {
  expect(await closeMachines()).toEqual([]);
});
afterAll(endEverything);

test("a new vault's log reaches the relay by itself, and edits are receipted", async () => {
  const person = await foundPerson(relay.url);
  const text = await openText(person, person.vault);
  await text.write("hello");
  await until(() => isSent(person, person.vault), "the edit is receipted");
});

test("what was written before there was a relay reaches one that comes later", async () => {
  const person = await foundPerson(undefined);
  const before = await openText(person, person.vault);
  await before.write("before");
  expect(person.engine.vault(person.vault)?.status.pendingCount).toBeGreaterThan(0);
  await person.close();

  const store = openStore(person.file);
  const linked = await registerAccount({ store, http }, relay.url, person.user);
  expect(linked.ok).toBe(true);
  await store.close();
  const machine = await openMachine(person.file, person.device, relay.url);
  await until(() => isSent(machine, person.vault), "all is receipted");
  expect((await openText(machine, person.vault)).read()).toBe("before");
});

test("an engine without a relay says so of a record that it cannot append", async () => {
  const person = await foundPerson(undefined);
  const identity = person.engine.identity(person.user);
  const posted = await person.engine.post({ kind: 1, log: person.user }, () => undefined);
  expect(posted.ok).toBe(true);
  expect(identity?.devices.size).toBe(2);
});
