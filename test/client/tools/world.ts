/** A person with three devices and a vault, at the relay's real core on real sockets, for tests of the engine. */
import {
  createPerson,
  createVault,
  withDevice,
  withVaultRecord,
} from "@duro/crypto/testing/people";
import { assert } from "@duro/crypto/types";
import { type DeviceKeys, pinRecord, systemRandomBytes } from "@duro/crypto";
import { docIds } from "@duro/protocol";
import { type Clock, type Engine, openEngine, systemClock, type Transport } from "@duro/client";
import { createNodeApplyGuard, createNodeHttp, createNodeTransport } from "@duro/client/node";
import { expect } from "vitest";
import {
  createMemoryDisk,
  openMemoryLocalStore,
} from "../../../packages/client/src/testing/memoryLocalStore.ts";
import { seedStore } from "../../../packages/client/src/testing/seedStore.ts";
import { createLocalBus } from "../../../packages/server/src/testing/localNotifier.ts";
import { openMemoryRelayStores } from "../../../packages/server/src/testing/memoryRelayStores.ts";
import { startTestRelay, type TestRelay } from "../../../packages/server/src/testing/testRelay.ts";
import { registerPerson, storeVault } from "../../../packages/server/src/testing/testVault.ts";

const deps = { randomBytes: systemRandomBytes };
const doc = docIds.fromBytes(new Uint8Array(16).fill(1));
const ends: (() => Promise<void>)[] = [];

/** What a device has around it, where a test puts something else there. */
export interface Around {
  readonly clock?: Clock;
  readonly transport?: Transport;
}

/** Ends every world, and what it found at its end. */
export const endWorlds = async (): Promise<void> => {
  for (const end of ends.splice(0).toReversed()) await end();
};

export const until = async (isSo: () => boolean, waitMsMax = 10_000): Promise<void> => {
  const endMs = Date.now() + waitMsMax;
  while (!isSo()) {
    assert(Date.now() < endMs, "it takes too long");
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
};

export const openWorld = async ({ nowMs = Date.now }: { readonly nowMs?: () => number } = {}) => {
  const founder = createPerson(deps);
  const { person: two, device: second } = withDevice(deps, founder);
  const { person, device: third } = withDevice(deps, two);
  const founded = createVault(deps, founder);
  const author = { device: founder.device, identity: person.state };
  const vault = withVaultRecord(founded, pinRecord(founded.state, author, [person.state]), [
    person,
  ]);
  const stores = openMemoryRelayStores();
  await registerPerson(stores, person);
  await storeVault(stores, vault, person);
  const relay = await startTestRelay({ stores, notifier: createLocalBus().node(), nowMs });
  ends.push(() => relay.stop());
  /** The same relay started anew, on what is in its stores by then. */
  const restart = async (): Promise<TestRelay> => {
    const again = { stores, notifier: createLocalBus().node(), nowMs, keys: relay.keys };
    const started = await startTestRelay(again);
    ends.push(() => started.stop());
    return started;
  };
  const open = async (
    device: DeviceKeys,
    disk = createMemoryDisk(),
    to: TestRelay = relay,
    { clock = systemClock, transport = createNodeTransport() }: Around = {},
  ) => {
    const store = openMemoryLocalStore(disk);
    const failures: unknown[] = [];
    if ((await store.get("facts", new TextEncoder().encode("self:"))) === undefined)
      await seedStore(store, person.state.user, [...person.records, ...vault.records]);
    const engine = await openEngine({
      store,
      transport,
      http: createNodeHttp({ clock }),
      clock,
      guard: createNodeApplyGuard({ clock: systemClock }),
      randomBytes: systemRandomBytes,
      device,
      relayUrl: to.url,
      program: "test 1",
      onFailure: (cause) => {
        console.error(cause);
        failures.push(cause);
      },
    });
    assert(engine.ok, "it is set up");
    ends.push(async () => {
      await engine.value[Symbol.asyncDispose]();
      expect(failures).toEqual([]);
    });
    engine.value.connect();
    return engine.value;
  };
  return { person, vault, first: founder.device, second, third, open, relay, restart, stores };
};

export const textOf = async (engine: Engine, id: Parameters<Engine["vault"]>[0]) => {
  const vault = engine.vault(id);
  assert(vault !== undefined, "the vault is here");
  const open = await vault.open(doc);
  return { open, vault, text: () => open.doc.getText("t") };
};
