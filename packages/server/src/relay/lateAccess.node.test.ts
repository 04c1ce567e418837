/** Access that changes while a connection is being let in: between what was read and the answer. */
import { assert, LogKind } from "@duro/crypto/types";
import { Role } from "@duro/crypto/verify";
import {
  createPerson,
  type Person,
  type Vault,
  withDevice,
  withMember,
  withoutDevice,
  withoutMember,
} from "@duro/crypto/testing/people";
import { envelopesToRun, refusals } from "@duro/protocol";
import { afterEach, expect, test } from "vitest";
import { openMemoryRelayStores } from "../testing/memoryRelayStores.ts";
import { appendRecords, nextRequest } from "../testing/registerPerson.ts";
import { channelOf, connectClient, type RelayClient } from "../testing/relayClient.ts";
import { startTestRelay, type TestRelay } from "../testing/testRelay.ts";
import { createChainWriter, foundVault, registerPerson } from "../testing/testVault.ts";

let relay: TestRelay | undefined;
let clients: RelayClient[] = [];

afterEach(async () => {
  for (const client of clients) await client.close();
  await relay?.stop();
  const failures = relay?.failures ?? [];
  [relay, clients] = [undefined, []];
  assert(failures.length === 0, `nothing failed: ${failures.join()}`);
});

/** Answers with what it had read before it was held up. */
const createHold = () => {
  let isOn = false;
  const reached = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  return {
    reached: reached.promise,
    release: released.resolve,
    next: (): void => {
      isOn = true;
    },
    pass: async <T>(answer: Promise<T>): Promise<T> => {
      const found = await answer;
      if (!isOn) return found;
      isOn = false;
      reached.resolve();
      await released.promise;
      return found;
    },
  };
};

const start = async (seed: string) => {
  const stores = openMemoryRelayStores();
  const [heads, vaultsOf, device] = [createHold(), createHold(), createHold()];
  const held = {
    ...stores,
    chainStore: {
      ...stores.chainStore,
      heads: (vault: Parameters<typeof stores.chainStore.heads>[0]) =>
        heads.pass(stores.chainStore.heads(vault)),
    },
    accountStore: {
      ...stores.accountStore,
      vaultsOf: (asker: Parameters<typeof stores.accountStore.vaultsOf>[0]) =>
        vaultsOf.pass(stores.accountStore.vaultsOf(asker)),
      device: (id: Parameters<typeof stores.accountStore.device>[0]) =>
        device.pass(stores.accountStore.device(id)),
    },
  };
  const notifier = { publish: () => {}, subscribe: () => {}, close: async () => {} };
  const started = await startTestRelay({ stores: held, notifier });
  relay = started;
  const founded = await foundVault(stores, seed);
  const member = createPerson(founded.deps);
  await registerPerson(stores, member);
  const connect = async (): Promise<RelayClient> => {
    const client = await connectClient(started.url);
    clients.push(client);
    return client;
  };
  const owner = await connect();
  await owner.login(founded.person.device);
  return { ...founded, stores, heads, vaultsOf, device, member, owner, connect };
};

const withTeam = (found: Awaited<ReturnType<typeof start>>, member: Person) =>
  withMember(found.deps, found.vault, found.person, member, Role.Writer);

test("RELAY8 a member who is removed while they open the vault does not get it", async () => {
  const found = await start("removed while opening");
  const { deps, person, member, owner, heads, connect } = found;
  const vault = withTeam(found, member);
  await appendRecords(owner, vault.records.slice(1));
  await owner.open(1, vault.state.vault);
  const client = await connect();
  await client.login(member.device);

  heads.next();
  client.send({
    type: "OpenVault",
    channel: channelOf(1),
    vault: vault.state.vault,
    logHead: undefined,
    vector: [],
    wantsBodies: true,
    wantsPresence: false,
  });
  await heads.reached;
  const removed = withoutMember(deps, vault, person, member, [], [person, member]);
  await appendRecords(owner, removed.records.slice(vault.records.length));
  heads.release();

  const { number } = await client.next("Refusal");
  expect(number).toBe(refusals.VaultUnknown.number);
  let gotCount = 0;
  client.onFrame(({ type }) => {
    if (type === "Envelopes") gotCount += 1;
    return true;
  });
  owner.put(1, envelopesToRun(createChainWriter(deps, { person, vault: removed }).take(1)));
  await owner.next("Receipt");
  // Its answer comes behind whatever was passed on before.
  client.send({ type: "LogWant", request: nextRequest(), name: nameOf(vault), fromIndex: 0 });
  await client.next("LogRecords");
  expect(gotCount).toBe(0);
});

test.each(["device", "vaultsOf"] as const)(
  "RELAY8 a device that is revoked while it logs in is closed, behind the relay's look at %s",
  async (what) => {
    const found = await start(`revoked behind ${what}`);
    const { deps, person, owner, connect } = found;
    const added = withDevice(deps, person);
    await appendRecords(owner, added.person.records.slice(1));
    const phone = await connect();

    const hold = found[what];
    hold.next();
    const login = phone.login(added.device).catch((cause: unknown) => cause);
    await hold.reached;
    const gone = withoutDevice(deps, added.person, added.device);
    await appendRecords(owner, gone.records.slice(added.person.records.length));
    hold.release();

    expect(await phone.closed).toEqual({ code: 4403, reason: "DeviceRemoved" });
    await login;
  },
);

test("somebody who is let in while they log in hears of it behind the answer", async () => {
  const found = await start("let in while logging in");
  const { member, owner, vaultsOf, connect } = found;
  const client = await connect();

  vaultsOf.next();
  const login = client.login(member.device);
  await vaultsOf.reached;
  const vault = withTeam(found, member);
  await appendRecords(owner, vault.records.slice(1));
  vaultsOf.release();

  await login;
  expect(await client.next("LogNudge")).toMatchObject({ name: nameOf(vault) });
});

const nameOf = ({ state }: Vault) => ({ kind: LogKind.Vault, log: state.vault });
