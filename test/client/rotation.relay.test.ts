/** A device is taken away while others are offline and write: nothing of theirs is lost, or read by it. */
import { revokeDevice } from "@duro/client";
import { EnvelopeKind } from "@duro/crypto/types";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { endEverything } from "../relay/tools/program.ts";
import {
  closeMachines,
  foundPerson,
  isSent,
  openText,
  randomBytes,
  type RelayProgram,
  startRelay,
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

test("[ROTATE] edits made offline during a rotation all arrive, and the removed device reads none", async () => {
  const laptop = await foundPerson(relay.url);
  const { vault } = laptop;
  const stolen = await addMachine(laptop, relay.url);
  const others = [];
  for (let count = 0; count < 3; count += 1) others.push(await addMachine(laptop, relay.url));
  const texts = new Map();
  for (const machine of [laptop, stolen, ...others])
    texts.set(machine, await openText(machine, vault));
  for (const [at, machine] of [laptop, stolen, ...others].entries())
    await texts.get(machine).write(`<before ${at}>`);
  const words = [0, 1, 2, 3, 4].map((at) => `<before ${at}>`);
  const hasAll = (machine: unknown): boolean =>
    words.every((word) => texts.get(machine).read().includes(word));
  await until(() => [...texts.keys()].every(hasAll), "all have all");

  for (const machine of others) machine.engine.disconnect();
  for (const [at, machine] of others.entries())
    for (let round = 0; round < 20; round += 1) {
      words.push(`<offline ${at} ${round}>`);
      await texts.get(machine).write(`<offline ${at} ${round}>`);
    }
  const atCut = (await readRelayBytes(relay.data, vault)).length;
  const revoked = await revokeDevice({ ...laptop, randomBytes }, stolen.device.id);
  expect(revoked).toEqual({ ok: true, value: { owed: [] } });
  for (const machine of others) machine.engine.connect();
  const remaining = [laptop, ...others];
  await until(() => remaining.every(hasAll), "every edit is on every device that remains");
  await until(() => remaining.every((machine) => isSent(machine, vault)), "and receipted");
  expect(new Set(remaining.map((machine) => texts.get(machine).read())).size).toBe(1);
  expect(texts.get(laptop).read().length).toBe(words.join("").length);

  const held = verifiedBy(laptop, vault, await readRelayBytes(relay.data, vault));
  const [before, after] = [held.slice(0, atCut), held.slice(atCut)];
  const isData = ({ head }: (typeof held)[number]): boolean => head.kind === EnvelopeKind.Data;
  const keys = keysOf(stolen, laptop, vault);
  expect(keys.map(({ epoch }) => epoch)).toEqual([1]);
  expect(after.filter(isData).length).toBeGreaterThanOrEqual(3);
  expect(after.filter((envelope) => canRead(keys, envelope))).toEqual([]);
  // The same keys open what it was meant to read, and the keys of those who remain open the rest.
  expect(before.every((envelope) => canRead(keys, envelope))).toBe(true);
  const ours = keysOf(laptop, laptop, vault);
  expect(after.every((envelope) => canRead(ours, envelope))).toBe(true);
});

test("a device that was revoked while it was offline learns it, and its edits count nowhere", async () => {
  const laptop = await foundPerson(relay.url);
  const { vault } = laptop;
  const lost = await addMachine(laptop, relay.url);
  const [mine, theirs] = [await openText(laptop, vault), await openText(lost, vault)];
  await theirs.write("sent ");
  await until(() => mine.read() === "sent ", "it comes");
  await until(() => isSent(lost, vault), "it is receipted");
  lost.engine.disconnect();
  await theirs.write("unsent ");
  const revoked = await revokeDevice({ ...laptop, randomBytes }, lost.device.id);
  expect(revoked).toEqual({ ok: true, value: { owed: [] } });
  lost.engine.connect();
  await until(() => lost.engine.status.link === "stopped", "it is not let in");
  expect(lost.engine.status.ended).toMatchObject({
    kind: "refused",
    refusal: { name: "DeviceRemoved" },
  });
  await theirs.write("later");
  await mine.write("new");
  await until(() => isSent(laptop, vault), "it is sent");
  expect(mine.read()).toBe("sent new");
  // What it wrote is on its own disk still.
  expect(theirs.read()).toBe("sent unsent later");
  expect(lost.engine.vault(vault)?.status.pendingCount).toBeGreaterThan(0);
  const held = verifiedBy(laptop, vault, await readRelayBytes(relay.data, vault));
  const chains = [...laptop.engine.chains(vault)].filter(({ device }) => device === lost.device.id);
  const edits = held.filter(({ head }) => head.kind === EnvelopeKind.Data);
  const ofLost = edits.filter(({ head }) => chains.some(({ chain }) => chain === head.chain));
  // The one from before.
  expect(ofLost.length).toBe(1);
});
