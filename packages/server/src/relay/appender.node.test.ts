import { assert } from "@duro/crypto/types";
import { envelopesToRun } from "@duro/protocol";
import { expect, test } from "vitest";
import { openMemoryRelayStores } from "../testing/memoryRelayStores.ts";
import { connectClient } from "../testing/relayClient.ts";
import { startTestRelay } from "../testing/testRelay.ts";
import { createChainWriter, foundVault } from "../testing/testVault.ts";

const silent = { publish: () => {}, subscribe: () => {}, close: async () => {} };

test("the store is told of a put that it comes alone, unless others wait or come meanwhile", async () => {
  const stores = openMemoryRelayStores();
  const told: boolean[] = [];
  /** The store takes until then. */
  let written: Promise<void> = Promise.resolve();
  const chainStore: typeof stores.chainStore = {
    ...stores.chainStore,
    append: async (ask, decide) => {
      told.push(ask.isAlone);
      await written;
      return stores.chainStore.append(ask, decide);
    },
  };
  const relay = await startTestRelay({ stores: { ...stores, chainStore }, notifier: silent });
  const founded = await foundVault(stores, "alone");
  const writer = createChainWriter(founded.deps, founded);
  const client = await connectClient(relay.url);
  await client.login(founded.person.device);
  await client.open(1, founded.vault.state.vault);
  await client.next("CatchUpDone");
  const put = (): void => {
    const [envelope] = writer.take(1);
    assert(envelope !== undefined, "one was made");
    client.put(1, envelopesToRun([envelope]));
  };

  for (let round = 0; round < 3; round++) {
    put();
    await client.next("Receipt");
  }
  expect(told).toEqual([true, true, true]);

  let release = (): void => {};
  written = new Promise((resolve) => {
    release = resolve;
  });
  put();
  await expect.poll(() => told.length).toBe(4);
  put();
  // Its answer says that the put before it was read.
  await client.open(2, founded.vault.state.vault);
  await client.next("CatchUpDone", ({ channel }) => channel === 2);
  release();
  await client.next("Receipt", ({ firstSeq }) => firstSeq === 5);
  expect(told).toEqual([true, true, true, true, false]);
  await client.close();
  await relay.stop();
});
