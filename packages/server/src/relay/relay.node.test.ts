/** The relay's core over real sockets, on stores in memory: what each frame does, and to whom. */
import { assert, DeviceScope, LogKind } from "@duro/crypto/types";
import { isReceiptBy, Role } from "@duro/crypto/verify";
import {
  incarnationOf,
  type Person,
  type Vault,
  withDevice,
  withMember,
  withoutDevice,
  withoutMember,
  withRotation,
  createPerson,
} from "@duro/crypto/testing/people";
import { BlobAction, envelopesToRun, type RefusalName, refusals, type Run } from "@duro/protocol";
import { afterEach, describe, expect, test } from "vitest";
import { openMemoryRelayStores } from "../testing/memoryRelayStores.ts";
import { appendRecords, nextRequest } from "../testing/registerPerson.ts";
import { channelOf, connectClient, type RelayClient } from "../testing/relayClient.ts";
import {
  startTestRelay,
  testGeneration,
  type TestRelay,
  type TestRelayOptions,
} from "../testing/testRelay.ts";
import { createChainWriter, foundVault, registerPerson } from "../testing/testVault.ts";

let relays: TestRelay[] = [];
let clients: RelayClient[] = [];

afterEach(async () => {
  for (const client of clients) await client.close();
  for (const relay of relays) {
    await relay.stop();
    assert(relay.failures.length === 0, `nothing failed: ${relay.failures.join()}`);
  }
  relays = [];
  clients = [];
});

const start = async (options: Partial<TestRelayOptions> = {}): Promise<TestRelay> => {
  const { stores = openMemoryRelayStores(), notifier = silent, ...others } = options;
  const relay = await startTestRelay({ stores, notifier, ...others });
  relays.push(relay);
  return relay;
};

const silent = { publish: () => {}, subscribe: () => {}, close: async () => {} };

const connect = async (
  relay: TestRelay,
  device?: Parameters<RelayClient["login"]>[0],
  options?: Parameters<typeof connectClient>[1],
): Promise<RelayClient> => {
  const client = await connectClient(relay.url, options);
  clients.push(client);
  if (device !== undefined) await client.login(device);
  return client;
};

const openLive = async (client: RelayClient, channel: number, vault: Vault): Promise<void> => {
  await client.open(channel, vault.state.vault);
  await client.next("CatchUpDone", (frame) => frame.channel === channel);
};

const started = async (seed: string, options: Partial<TestRelayOptions> = {}) => {
  const stores = openMemoryRelayStores();
  const relay = await start({ ...options, stores });
  const founded = await foundVault(stores, seed);
  const writer = createChainWriter(founded.deps, founded);
  return { stores, relay, writer, ...founded };
};

const refusedAs = async (
  client: RelayClient,
  name: RefusalName,
): Promise<Readonly<Record<string, string>>> => {
  const frame = await client.next("Refusal");
  const found = Object.entries(refusals).find(([, { number }]) => number === frame.number)?.[0];
  const facts = Object.fromEntries(frame.facts.map(({ key, value }) => [key, value]));
  expect({ refusal: found, facts }).toMatchObject({ refusal: name });
  return facts;
};

const putAll = async (client: RelayClient, channel: number, run: Run) => {
  client.put(channel, run);
  return client.next("Receipt", (frame) => frame.chain === run.chain);
};

describe("putting", () => {
  test("a receipt is signed over what was stored, and others get the same bytes", async () => {
    const { relay, person, vault, writer } = await started("put");
    const sender = await connect(relay, person.device);
    const reader = await connect(relay, person.device);
    await openLive(sender, 1, vault);
    await openLive(reader, 7, vault);
    const envelopes = writer.take(5);
    const receipt = await putAll(sender, 1, envelopesToRun(envelopes));
    expect(receipt).toMatchObject({ channel: 1, firstPosition: 1, firstSeq: 1, count: 5 });
    const claim = {
      vault: vault.state.vault,
      generation: testGeneration,
      firstPosition: 1,
      envelopes: envelopes.map(({ id }) => id),
      nowMs: receipt.nowMs,
    };
    expect(isReceiptBy(relay.keys.signKey, claim, receipt.signature)).toBe(true);
    const live = await reader.next("Envelopes");
    expect(live).toMatchObject({ channel: 7, position: 5, runs: [envelopesToRun(envelopes)] });
  });

  test("FLOW2 what is stored already gets its receipt again, and a part of it, too", async () => {
    const { relay, person, vault, writer } = await started("again");
    const client = await connect(relay, person.device);
    await openLive(client, 1, vault);
    const envelopes = writer.take(4);
    await putAll(client, 1, envelopesToRun(envelopes.slice(0, 3)));
    const again = await putAll(client, 1, envelopesToRun(envelopes.slice(0, 3)));
    expect(again).toMatchObject({ firstPosition: 1, firstSeq: 1, count: 3 });
    client.put(1, envelopesToRun(envelopes));
    const before = await client.next("Receipt");
    const fresh = await client.next("Receipt");
    expect([before, fresh]).toMatchObject([
      { firstPosition: 1, firstSeq: 1, count: 3 },
      { firstPosition: 4, firstSeq: 4, count: 1 },
    ]);
  });

  test("FLOW2 a gap is refused with what is there", async () => {
    const { relay, person, vault, writer } = await started("gap");
    const client = await connect(relay, person.device);
    await openLive(client, 1, vault);
    const envelopes = writer.take(4);
    await putAll(client, 1, envelopesToRun(envelopes.slice(0, 1)));
    client.put(1, envelopesToRun(envelopes.slice(2)));
    expect(await refusedAs(client, "ChainGap")).toMatchObject({ have: "1", seq: "3" });
  });

  test("FLOW2 a second envelope at one seq is refused, and kept as evidence", async () => {
    const { relay, person, vault, writer, deps, stores } = await started("fork");
    const client = await connect(relay, person.device);
    await openLive(client, 1, vault);
    await putAll(client, 1, envelopesToRun(writer.take(2)));
    const other = createChainWriter(deps, { person, vault });
    const [, , third] = other.take(3);
    assert(third !== undefined, "three envelopes");
    client.put(1, envelopesToRun([third]));
    expect(await refusedAs(client, "ChainForked")).toMatchObject({ at: "3" });
    const forked = createChainWriter(deps, { person, vault });
    client.put(1, envelopesToRun(forked.take(2)));
    expect(await refusedAs(client, "ChainForked")).toMatchObject({ at: "1" });
    expect(stores.data.forkedHeads.get(vault.state.vault)?.length).toBeGreaterThan(0);
  });

  test("FLOW2 a chain of somebody else's device is foreign", async () => {
    const { relay, person, vault, writer } = await started("foreign");
    const client = await connect(relay, person.device);
    await openLive(client, 1, vault);
    const run = envelopesToRun(writer.take(1));
    const chain =
      `${run.chain.slice(0, -1)}${run.chain.endsWith("0") ? "1" : "0"}` as typeof run.chain;
    client.put(1, { ...run, chain });
    expect(await refusedAs(client, "ChainForeign")).toMatchObject({ seq: "1" });
  });

  test("an envelope whose signature or body was changed is refused by name", async () => {
    const { relay, person, vault, writer } = await started("changed");
    const client = await connect(relay, person.device);
    await openLive(client, 1, vault);
    const [open, next] = writer.take(2);
    assert(open !== undefined && next !== undefined, "two envelopes");
    await putAll(client, 1, envelopesToRun([open]));
    const signature = next.signature.slice() as typeof next.signature;
    signature[0] = (signature[0] ?? 0) ^ 1;
    client.put(1, envelopesToRun([{ ...next, signature }]));
    expect(await refusedAs(client, "EnvelopeInvalid")).toMatchObject({ rule: "signature" });
    const body = next.body?.slice();
    assert(body !== undefined, "a body");
    body[40] = (body[40] ?? 0) ^ 1;
    client.put(1, envelopesToRun([{ ...next, body }]));
    expect(await refusedAs(client, "EnvelopeInvalid")).toMatchObject({ rule: "body hash" });
    expect(await putAll(client, 1, envelopesToRun([next]))).toMatchObject({ firstPosition: 2 });
  });

  test("of several puts that wait together a bad one does not take the good ones down", async () => {
    const { relay, person, vault, writer } = await started("together");
    const client = await connect(relay, person.device);
    await openLive(client, 1, vault);
    const [first, second, third] = writer.take(3);
    assert(first !== undefined && second !== undefined && third !== undefined, "three");
    const signature = third.signature.slice() as typeof third.signature;
    signature[5] = (signature[5] ?? 0) ^ 1;
    client.put(1, envelopesToRun([first]));
    client.put(1, envelopesToRun([second]));
    client.put(1, envelopesToRun([{ ...third, signature }]));
    expect(await client.next("Receipt", ({ firstSeq }) => firstSeq === 1)).toMatchObject({
      firstPosition: 1,
    });
    await client.next("Receipt", ({ firstSeq }) => firstSeq === 2);
    expect(await refusedAs(client, "EnvelopeInvalid")).toMatchObject({ seq: "3" });
  });

  test("whoever pays and is over quota stores nothing more, and reads on", async () => {
    const { relay, person, vault, writer } = await started("quota", {
      quotas: { byteLength: 1_500 },
    });
    const client = await connect(relay, person.device);
    await openLive(client, 1, vault);
    const [first, ...others] = writer.take(4);
    assert(first !== undefined, "an envelope");
    await putAll(client, 1, envelopesToRun([first]));
    client.put(1, envelopesToRun(others));
    expect(await refusedAs(client, "QuotaExceeded")).toMatchObject({ limit: "1500" });
    await client.open(2, vault.state.vault);
    expect(await client.next("Envelopes")).toMatchObject({ channel: 2, position: 1 });
  });
});

describe("roles", () => {
  const team = async (role: Role) => {
    const found = await started(`team ${role}`);
    const member = createPerson(found.deps);
    await registerPerson(found.stores, member);
    const owner = await connect(found.relay, found.person.device);
    const vault = withMember(found.deps, found.vault, found.person, member, role);
    await appendRecords(owner, vault.records.slice(1));
    return { ...found, owner, member, vault };
  };

  test("a viewer reads, and what they write is refused", async () => {
    const { relay, member, vault, deps } = await team(Role.Viewer);
    const client = await connect(relay, member.device);
    await openLive(client, 1, vault);
    client.put(1, envelopesToRun(createChainWriter(deps, { person: member, vault }).take(1)));
    expect(await refusedAs(client, "RoleForbids")).toMatchObject({ why: "not a writer" });
  });

  test("a stranger's vault is as unknown as one that is not there", async () => {
    const { relay, deps, vault, stores } = await started("stranger");
    const stranger = createPerson(deps);
    await registerPerson(stores, stranger);
    const client = await connect(relay, stranger.device);
    for (const [channel, wanted] of [
      [1, vault.state.vault],
      [2, `${"0".repeat(31)}1` as typeof vault.state.vault],
    ] as const) {
      client.send({
        type: "OpenVault",
        channel: channelOf(channel),
        vault: wanted,
        logHead: undefined,
        vector: [],
        wantsBodies: true,
        wantsPresence: false,
      });
      expect(await refusedAs(client, "VaultUnknown")).toEqual({});
    }
    const request = nextRequest();
    client.send({
      type: "LogWant",
      request,
      name: { kind: LogKind.Vault, log: vault.state.vault },
      fromIndex: 0,
    });
    expect(await refusedAs(client, "VaultUnknown")).toEqual({});
  });

  test("a member who is removed loses the vault at once, and what was cut is not taken", async () => {
    const { relay, owner, person, member, vault, deps } = await team(Role.Writer);
    const client = await connect(relay, member.device);
    await openLive(client, 1, vault);
    await openLive(owner, 1, vault);
    const writer = createChainWriter(deps, { person: member, vault });
    await putAll(client, 1, envelopesToRun(writer.take(1)));
    const removed = withoutMember(deps, vault, person, member, [], [person, member]);
    await appendRecords(owner, removed.records.slice(vault.records.length));
    expect(await refusedAs(client, "VaultUnknown")).toEqual({});
    // Somebody who still belongs here carries it: nothing of it counts any more.
    owner.put(1, envelopesToRun(writer.take(1)));
    await refusedAs(owner, "ChainCut");
  });

  test("RELAY20 who shares a vault with somebody brings back what the relay lost of their devices", async () => {
    const { relay, person, member, deps } = await team(Role.Viewer);
    const client = await connect(relay, member.device);
    await appendRecords(client, withDevice(deps, person).person.records.slice(1));
    const forged = withDevice(deps, createPerson(deps)).person.records.slice(1);
    await expect(
      Promise.race([
        appendRecords(client, forged),
        refusedAs(client, "NotFound").then(() => Promise.reject(new Error("refused"))),
      ]),
    ).rejects.toThrow("refused");
  });

  test("RELAY8 a member who was removed reads the log as far as the record that removed them", async () => {
    const { relay, owner, person, member, vault, deps } = await team(Role.Writer);
    const client = await connect(relay, member.device);
    const removed = withoutMember(deps, vault, person, member, [], [person, member]);
    const ask = async () => {
      const name = { kind: LogKind.Vault, log: vault.state.vault };
      client.send({ type: "LogWant", request: nextRequest(), name, fromIndex: 0 });
      return client.next("LogRecords");
    };
    const { index } = removed.state.head;
    await appendRecords(owner, removed.records.slice(vault.records.length));
    const after = withRotation(deps, removed, person, [person, member]);
    await appendRecords(owner, after.records.slice(removed.records.length));
    const shown = await ask();
    expect(shown.headIndex).toBe(index);
    expect(shown.records).toHaveLength(index + 1);

    const back = withMember(deps, after, person, member, Role.Viewer);
    await appendRecords(owner, back.records.slice(after.records.length));
    expect(await ask()).toMatchObject({ headIndex: back.state.head.index });
  });
});

describe("devices", () => {
  test("a removed device's sockets close at once, and it does not get in again", async () => {
    const { relay, person, deps, stores } = await started("removed");
    const owner = await connect(relay, person.device);
    const added = withDevice(deps, person);
    await appendRecords(owner, added.person.records.slice(1));
    const phone = await connect(relay, added.device);
    const gone = withoutDevice(deps, added.person, added.device);
    await appendRecords(owner, gone.records.slice(2));
    expect(await phone.closed).toEqual({ code: 4403, reason: "DeviceRemoved" });
    const again = await connect(relay);
    await expect(again.login(added.device)).rejects.toThrow("DeviceRemoved");
    expect((await stores.accountStore.device(added.device.id))?.isRevoked).toBe(true);
  });

  test("others hear that a log grew", async () => {
    const { relay, person, deps } = await started("nudge");
    const first = await connect(relay, person.device);
    const second = await connect(relay, person.device);
    await appendRecords(first, withDevice(deps, person).person.records.slice(1));
    expect(await second.next("LogNudge")).toMatchObject({
      name: { kind: LogKind.Identity, log: person.state.user },
      head: { index: 1 },
    });
  });

  test("an unknown device and a login for another host get the same words", async () => {
    const { relay, person, deps } = await started("login");
    const unknown = await connect(relay);
    const [asUnknown] = await Promise.all([
      unknown.closed,
      expect(unknown.login(createPerson(deps).device)).rejects.toThrow("AuthFailed"),
    ]);
    const elsewhere = await connect(relay);
    const [asElsewhere] = await Promise.all([
      elsewhere.closed,
      expect(elsewhere.login(person.device, { host: "other.example" })).rejects.toThrow(
        "AuthFailed",
      ),
    ]);
    expect(asElsewhere).toEqual(asUnknown);
  });

  test("a viewer device opens what it was granted and nothing else", async () => {
    const { relay, person, deps, vault } = await started("viewer");
    const owner = await connect(relay, person.device);
    const added = withDevice(deps, person, DeviceScope.Viewer);
    await appendRecords(owner, added.person.records.slice(1));
    const phone = await connect(relay);
    const welcome = await phone.login(added.device);
    expect(welcome.vaults).toEqual([]);
    phone.send({
      type: "OpenVault",
      channel: channelOf(1),
      vault: vault.state.vault,
      logHead: undefined,
      vector: [],
      wantsBodies: true,
      wantsPresence: false,
    });
    await refusedAs(phone, "VaultUnknown");
  });
});

describe("logs", () => {
  test("a log comes page after page, up to its head", async () => {
    const { relay, person, deps } = await started("pages");
    const client = await connect(relay, person.device);
    let grown: Person = person;
    for (let count = 0; count < 3; count++) grown = withDevice(deps, grown).person;
    await appendRecords(client, grown.records.slice(1));
    client.send({
      type: "LogWant",
      request: nextRequest(),
      name: { kind: LogKind.Identity, log: person.state.user },
      fromIndex: 1,
    });
    const page = await client.next("LogRecords");
    expect(page).toMatchObject({ fromIndex: 1, headIndex: 3 });
    expect(page.records).toHaveLength(3);
  });

  test("a stranger's log takes no record, though they signed it", async () => {
    const { relay, person, deps, stores } = await started("foreign log");
    const stranger = createPerson(deps);
    await registerPerson(stores, stranger);
    const client = await connect(relay, stranger.device);
    const records = withDevice(deps, person).person.records.slice(1);
    await expect(
      Promise.race([
        appendRecords(client, records),
        refusedAs(client, "NotFound").then(() => Promise.reject(new Error("refused"))),
      ]),
    ).rejects.toThrow("refused");
  });

  test("of two records for one place the second is stale, and the first is answered again", async () => {
    const { relay, person, deps } = await started("stale");
    const client = await connect(relay, person.device);
    const one = withDevice(deps, person).person.records.slice(1);
    const other = withDevice(deps, person).person.records.slice(1);
    await appendRecords(client, one);
    await appendRecords(client, one);
    await expect(
      Promise.race([
        appendRecords(client, other),
        refusedAs(client, "LogHeadStale").then((facts) => {
          expect(facts).toMatchObject({ index: "1" });
          throw new Error("refused");
        }),
      ]),
    ).rejects.toThrow("refused");
  });
});

describe("two nodes", () => {
  test("what one node stores reaches those at the other, in the same order", async () => {
    const stores = openMemoryRelayStores();
    const [left, right] = linked();
    const one = await start({ stores, notifier: left });
    const two = await start({ stores, notifier: right, keys: one.keys });
    const { deps, person, vault } = await foundVault(stores, "nodes");
    const here = await connect(one, person.device);
    const there = await connect(two, person.device);
    await openLive(here, 1, vault);
    await openLive(there, 1, vault);
    const atHere: number[] = [];
    const atThere: number[] = [];
    here.onFrame((frame) => {
      if (frame.type === "Envelopes") atHere.push(frame.position);
      return true;
    });
    there.onFrame((frame) => {
      if (frame.type === "Envelopes") atThere.push(frame.position);
      return true;
    });
    const mine = createChainWriter(deps, { person, vault }, incarnationOf(1));
    const yours = createChainWriter(deps, { person, vault }, incarnationOf(2));
    for (let count = 0; count < 20; count++) {
      const [toHere, toThere] = [mine.take(1), yours.take(1)];
      here.put(1, envelopesToRun(toHere));
      there.put(1, envelopesToRun(toThere));
      await here.next("Receipt");
      await there.next("Receipt");
    }
    await here.next("Envelopes", ({ position }) => position >= 39);
    await there.next("Envelopes", ({ position }) => position >= 39);
    expect(atHere).toEqual(atHere.toSorted((a, b) => a - b));
    expect(atThere).toEqual(atThere.toSorted((a, b) => a - b));
  });

  test("a device removed at one node is cut off at the other", async () => {
    const stores = openMemoryRelayStores();
    const [left, right] = linked();
    const one = await start({ stores, notifier: left });
    const two = await start({ stores, notifier: right, keys: one.keys });
    const { deps, person } = await foundVault(stores, "far");
    const here = await connect(one, person.device);
    const added = withDevice(deps, person);
    await appendRecords(here, added.person.records.slice(1));
    const there = await connect(two, added.device);
    const gone = withoutDevice(deps, added.person, added.device);
    await appendRecords(here, gone.records.slice(2));
    expect(await there.closed).toEqual({ code: 4403, reason: "DeviceRemoved" });
  });
});

/** Two notifiers that tell each other. */
const linked = () => {
  type Listen = Parameters<TestRelayOptions["notifier"]["subscribe"]>[0];
  const listening: Listen[] = [];
  const notifierAt = (own: number, other: number): TestRelayOptions["notifier"] => ({
    publish: (growth) => setImmediate(() => listening[other]?.(growth)),
    subscribe: (listen) => {
      listening[own] = listen;
    },
    close: async () => {},
  });
  return [notifierAt(0, 1), notifierAt(1, 0)] as const;
};

describe("blobs and presence", () => {
  test("a token is granted to a member who writes, and presence reaches the others", async () => {
    const { relay, person, vault } = await started("token");
    const one = await connect(relay, person.device);
    const two = await connect(relay, person.device);
    await openLive(one, 1, vault);
    await openLive(two, 4, vault);
    const request = nextRequest();
    one.send({
      type: "BlobTokenWant",
      request,
      channel: channelOf(1),
      action: BlobAction.Write,
      blob: undefined,
    });
    expect(await one.next("BlobTokenGranted")).toMatchObject({ request });
    one.send({ type: "Presence", channel: channelOf(1), sealed: new Uint8Array([1, 2]) });
    expect(await two.next("Presence")).toMatchObject({ channel: 4 });
  });
});

describe("mailboxes", () => {
  test("two that are not logged in pass messages on, and a burnt one is burnt for both", async () => {
    const { relay } = await started("mail");
    const opener = await connect(relay);
    const joiner = await connect(relay);
    opener.send({ type: "MailboxOpen", request: nextRequest() });
    const { mailbox } = await opener.next("MailboxOpened");
    opener.send({ type: "MailboxSend", mailbox, message: new Uint8Array([1]) });
    joiner.send({ type: "MailboxJoin", request: nextRequest(), mailbox });
    await joiner.next("MailboxOpened");
    expect(await joiner.next("MailboxMessage")).toMatchObject({ message: new Uint8Array([1]) });
    joiner.send({ type: "MailboxSend", mailbox, message: new Uint8Array([2]) });
    expect(await opener.next("MailboxMessage")).toMatchObject({ message: new Uint8Array([2]) });
    opener.send({ type: "MailboxClose", mailbox, isBurnt: true });
    expect(await joiner.next("MailboxClosed")).toMatchObject({ mailbox, end: 2 });
  });
});
