/** A person begins, with a relay or without one: on a real store, at the relay's own program. */
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { newPhrase, registerAccount } from "@duro/client";
import { endEverything } from "../relay/tools/program.ts";
import {
  closeMachines,
  foundPerson,
  http,
  isSent,
  openMachine,
  openStore,
  openText,
  randomBytes,
  type RelayProgram,
  startRelay,
  until,
} from "./tools/machines.ts";

let relay: RelayProgram;
beforeAll(async () => {
  relay = await startRelay();
});
afterEach(closeMachines);
afterAll(endEverything);

test("a new vault's log reaches the relay by itself, and edits are receipted", async () => {
  const person = await foundPerson(relay.url);
  const text = await openText(person, person.vault);
  await text.write("hello");
  await until(() => isSent(person, person.vault), "the edit is receipted");
  const chains = [...person.engine.chains(person.vault)];
  expect(chains.map(({ head, receipted }) => receipted === head.at)).toEqual([true]);
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

test("without a relay a record that would need one is lost at once, and nothing waits for ever", async () => {
  const person = await foundPerson(undefined);
  const lost = { ok: false, error: { type: "RecordLost" } };
  const deps = { ...person, randomBytes };
  expect(await newPhrase(deps, person.phrase, async () => true)).toEqual(lost);
  expect(person.engine.identity(person.user)?.head.index).toBe(1);
  expect(await person.engine.mailboxes.open()).toEqual({
    ok: false,
    error: { type: "MailboxOver", how: "connection lost" },
  });
});
