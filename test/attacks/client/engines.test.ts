/** A10, A11, A13, A14, A19 at whole engines: on real sockets, at the relay's real core, behind a relay that lies. */
import { createNodeTransport } from "@duro/client/node";
import { cutRecord, pinRecord } from "@duro/crypto";
import { LogKind } from "@duro/crypto/types";
import { encodeRecord } from "@duro/crypto/verify";
import { type ClientFrame, envelopesToRun, type Run } from "@duro/protocol";
import { afterEach, expect, test } from "vitest";
import { connectClient } from "../../../packages/server/src/testing/relayClient.ts";
import { type Lies, throughLies } from "../../client/tools/lyingRelay.ts";
import { endWorlds, openWorld, textOf, until } from "../../client/tools/world.ts";
import { createAuthor } from "./tools/author.ts";

afterEach(endWorlds);

const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 30; turn += 1) await new Promise((resolve) => setTimeout(resolve, 5));
};

/** What the device has put, by log head. */
const putsOf = (frames: readonly ClientFrame[]): readonly Run[] =>
  frames.flatMap((frame) => (frame.type === "Put" ? [frame.run] : []));

test("A11 A14 while the relay hides a record that it says is there, nothing is sealed, and then under it", async () => {
  const { person, vault, first, second, third, open } = await openWorld();
  const { vault: id } = vault.state;
  const name = { kind: LogKind.Vault, log: id } as const;
  let isHiding = false;
  const sent: ClientFrame[] = [];
  const lies: Lies = {
    down: (frame) =>
      isHiding && frame.type === "LogRecords" && frame.name.kind === LogKind.Vault ? [] : [frame],
    up: (frame) => {
      sent.push(frame);
      return [frame];
    },
  };
  const transport = throughLies(createNodeTransport(), () => lies);
  const deceived = await open(first, undefined, undefined, { transport });
  const a = await textOf(deceived, id);
  await until(() => a.vault.status.isCaughtUp && a.vault.status.pendingCount === 0);
  await settle();
  isHiding = true;
  const other = await open(second);
  await until(() => other.vault(id)?.status.isCaughtUp === true);
  // It cuts the third device off.
  const posted = await other.post(name, () => {
    const state = other.vaultLog(id);
    return state === undefined || state.closedDevices.has(third.id)
      ? undefined
      : cutRecord(state, { device: second, identity: person.state }, "cutDevice", {
          identity: person.state,
          cuts: [{ device: third.id, chains: [] }],
        });
  });
  expect(posted.ok).toBe(true);
  await settle();
  const before = putsOf(sent).length;
  a.text().insert(0, "waits");
  expect((await a.open.saved()).ok).toBe(true);
  await settle();
  expect(putsOf(sent).length).toBe(before);
  expect(a.vault.status.pendingCount).toBe(1);
  // Nor a beacon, which a device says before it leaves.
  deceived.disconnect();
  await until(() => ["stopped", "idle"].includes(deceived.status.link));
  expect(putsOf(sent).length).toBe(before);
  isHiding = false;
  deceived.connect();
  // What was taken away is followed by a key that its holder never had.
  expect((await other.doDuties(id)).ok).toBe(true);
  await until(() => a.vault.status.pendingCount === 0);
  const head = other.vaultLog(id)?.head.id;
  const [sealed] = putsOf(sent).slice(before);
  expect(sealed?.envelopes.every(({ logHead }) => logHead === head)).toBe(true);
});

test("A19 who meets both envelopes posts the proof, and nobody counts either", async () => {
  const { person, vault, first, second, third, open, relay } = await openWorld();
  const { vault: id } = vault.state;
  const room = { people: [person], vault };
  const { user } = person.state;
  const one = createAuthor(room, user, third);
  const opening = one.open();
  one.type("one");
  const two = createAuthor(room, user, third);
  two.open();
  const second2 = two.type("two", { previous: opening.id });
  const client = await connectClient(relay.url);
  await client.login(third);
  await client.open(1, id);
  client.put(1, envelopesToRun(one.written));
  await client.next("Receipt");
  const lies: Lies = {
    down: (frame) =>
      frame.type === "Envelopes" && frame.runs.some(({ chain }) => chain === one.chain)
        ? [frame, { ...frame, runs: [envelopesToRun([second2])] }]
        : [frame],
  };
  const bystander = await open(second);
  const b = await textOf(bystander, id);
  await until(() => b.text().toJSON() === "one");
  const transport = throughLies(createNodeTransport(), () => lies);
  const finder = await open(first, undefined, undefined, { transport });
  const a = await textOf(finder, id);
  await until(() => b.text().toJSON() === "" && a.text().toJSON() === "");
  for (const engine of [finder, bystander]) {
    expect(engine.vaultLog(id)?.cutsByChain.get(one.chain)).toMatchObject({ seq: 1 });
    expect([...engine.chains(id)].find(({ chain }) => chain === one.chain)?.counted).toBe(1);
  }
  await client.close();
});

test("A10 a record that nobody of the vault signed changes nothing, and the vault goes on", async () => {
  const { person, vault, first, second, open } = await openWorld();
  const { vault: id } = vault.state;
  const forged = pinRecord(
    vault.state,
    { device: { ...second, signSecret: first.signSecret }, identity: person.state },
    [person.state],
  );
  const transport = throughLies(createNodeTransport(), () => ({
    down: (frame) =>
      frame.type === "LogRecords" && frame.name.kind === LogKind.Vault
        ? [
            {
              ...frame,
              fromIndex: forged.index,
              records: [encodeRecord(forged)],
              headIndex: forged.index,
            },
          ]
        : [frame],
  }));
  const engine = await open(first, undefined, undefined, { transport });
  const a = await textOf(engine, id);
  await settle();
  expect(engine.vaultLog(id)?.head.id).toBe(vault.state.head.id);
  expect(engine.alarms.map(({ alarm }) => alarm.type)).toEqual(["RelayMisbehaved"]);
  a.text().insert(0, "still here");
  expect((await a.open.saved()).ok).toBe(true);
});
