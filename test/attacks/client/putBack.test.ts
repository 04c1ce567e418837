/** A relay that was put back to an older copy gets back what it lost: logs first, then what rests on them. */
import {
  addDeviceRecord,
  cosignRecord,
  createDeviceKeys,
  type DeviceKeys,
  plainVaultRecord,
  systemRandomBytes,
} from "@duro/crypto";
import type { Engine } from "@duro/client";
import { assert, DeviceScope, LogKind } from "@duro/crypto/types";
import type { LogRecord } from "@duro/crypto/verify";
import type { VaultId } from "@duro/protocol";
import { afterEach, describe, expect, test } from "vitest";
import { currentUserKeys } from "../../../packages/client/src/flows/currentUserKeys.ts";
import {
  createMemoryDisk,
  type MemoryDisk,
  openMemoryLocalStore,
} from "../../../packages/client/src/testing/memoryLocalStore.ts";
import { seedStore } from "../../../packages/client/src/testing/seedStore.ts";
import { snapshotOf } from "../../client/tools/snapshot.ts";
import { endWorlds, openWorld, textOf, until } from "../../client/tools/world.ts";

afterEach(endWorlds);

const deps = { randomBytes: systemRandomBytes };

type World = Awaited<ReturnType<typeof openWorld>>;

/** As many records as that, which say nothing new. */
const growLog = async (world: World, engine: Engine, count: number): Promise<void> => {
  const { vault } = world.vault.state;
  for (let at = 0; at < count; at += 1) {
    const before = engine.vaultLog(vault)?.head.index ?? 0;
    const posted = await engine.post({ kind: LogKind.Vault, log: vault }, () => {
      const state = engine.vaultLog(vault);
      if (state === undefined || state.head.index > before) return undefined;
      const author = { device: world.first, identity: world.person.state };
      return plainVaultRecord(state, author, { type: "policy", versionMin: 1, extraTypes: [] }, []);
    });
    expect(posted).toEqual({ ok: true, value: undefined });
  }
};

const write = async (engine: Engine, vault: VaultId, text: string): Promise<void> => {
  const { open, text: target } = await textOf(engine, vault);
  target().insert(target().length, text);
  expect((await open.saved()).ok).toBe(true);
};

const isSent = (engine: Engine, vault: VaultId): boolean => {
  const status = engine.vault(vault)?.status;
  return status?.isCaughtUp === true && status.pendingCount === 0;
};

test("what was sealed under records that the relay has lost is put again when it has them again", async () => {
  const world = await openWorld();
  const { first, second, open, relay, restart, stores } = world;
  const { vault } = world.vault.state;
  const disk = createMemoryDisk();
  const engine = await open(first, disk);
  await write(engine, vault, "one ");
  await until(() => isSent(engine, vault));
  const putBack = snapshotOf(stores.data);
  await growLog(world, engine, 3);
  await write(engine, vault, "two");
  await until(() => isSent(engine, vault));
  await engine[Symbol.asyncDispose]();
  await relay.stop();
  putBack();
  const restored = await restart();

  const again = await open(first, disk, restored);
  await until(() => isSent(again, vault), 4_000);
  const { text } = await textOf(await open(second, undefined, restored), vault);
  await until(() => text().length === "one two".length);
  expect(text().toJSON()).toBe("one two");
});

/** Lets a device in, as a pairing does in the end. */
const letIn = async (world: World, engine: Engine, newcomer: DeviceKeys): Promise<LogRecord> => {
  const { user } = engine;
  let added: LogRecord | undefined;
  const posted = await engine.post({ kind: LogKind.Identity, log: user }, () => {
    const identity = engine.identity(user);
    const keys = currentUserKeys(identity, world.first);
    assert(identity !== undefined && keys.ok, "its first device holds the keys");
    if (identity.devices.has(newcomer.id)) return undefined;
    const { id, signKey, kemKey } = newcomer;
    const entry = { signKey, kemKey, scope: DeviceScope.Full, expiresAtMs: undefined };
    added = cosignRecord(
      addDeviceRecord(deps, identity, world.first, { id, entry }, keys.value),
      newcomer,
    );
    return added;
  });
  expect(posted).toEqual({ ok: true, value: undefined });
  assert(added !== undefined, "it was not in before");
  return added;
};

/** What of the vault rests on the record that let a device in, and is lost with it. */
type Rests = "nothing" | "a record" | "chains";

const isPinned = (engine: Engine, vault: VaultId): boolean => {
  const pin = engine.vaultLog(vault)?.pins.get(engine.user);
  return pin?.head === engine.identity(engine.user)?.head.id;
};

/** A device that was let in when the relay knew less, has written, and is at a relay that was put back. */
const lostNewcomer = async (rests: Rests) => {
  const world = await openWorld();
  const { first, second, open, relay, restart, stores, person } = world;
  const { vault } = world.vault.state;
  const disks = {
    first: createMemoryDisk(),
    second: createMemoryDisk(),
    newcomer: createMemoryDisk(),
  };
  const one = await open(first, disks.first);
  const two = await open(second, disks.second);
  await until(() => isSent(one, vault) && isSent(two, vault));
  const putBack = snapshotOf(stores.data);
  const newcomer = createDeviceKeys(deps);
  const records: LogRecord[] = [];
  // Of several records each is given back when the relay has the one before.
  for (const device of [createDeviceKeys(deps), createDeviceKeys(deps), newcomer])
    records.push(await letIn(world, one, device));
  await seedStore(openMemoryLocalStore(disks.newcomer), person.state.user, [
    ...person.records,
    ...records,
    ...world.vault.records,
  ]);
  const three = await open(newcomer, disks.newcomer);
  // The vault takes nothing of a device before it has a record that says so.
  if (rests !== "nothing") await until(() => isPinned(three, vault));
  if (rests === "chains") await write(three, vault, "three ");
  await until(() => three.status.link === "ready" && (rests === "nothing" || isSent(three, vault)));
  await until(() => two.identity(two.user)?.devices.has(newcomer.id) === true);
  const { head } = three.vaultLog(vault) ?? {};
  const isAsFar = (engine: Engine): boolean =>
    isSent(engine, vault) && engine.vaultLog(vault)?.head.id === head?.id;
  if (rests !== "nothing") await until(() => isAsFar(one) && isAsFar(two));
  for (const engine of [one, two, three]) await engine[Symbol.asyncDispose]();
  await relay.stop();
  /** Whatever the relay had of its logs and of the vault. */
  const had = () => ({
    log: stores.data.vaults.get(vault)?.logHead.index,
    identity: stores.data.identityRecords.get(person.state.user)?.length,
    envelopes: stores.data.vaults.get(vault)?.position,
  });
  const before = had();
  putBack();
  const restored = await restart();
  const come = (device: DeviceKeys, disk: MemoryDisk) => open(device, disk, restored);
  return {
    vault,
    hasAll: () => JSON.stringify(had()) === JSON.stringify(before),
    first: () => come(first, disks.first),
    second: () => come(second, disks.second),
    newcomer: () => come(newcomer, disks.newcomer),
  };
};

/** As its program does every few minutes. */
const dialsOn = async (engine: Engine, isSo: () => boolean): Promise<void> => {
  await until(() => {
    if (engine.status.link === "stopped") engine.connect();
    return isSo();
  });
};

describe.each<Rests>(["nothing", "a record", "chains"])(
  "a relay that lost the record that let a device in, and with it %s",
  (rests) => {
    const expected = rests === "chains" ? "three four" : "four";

    test("gets it from whoever posted it, and the device goes on", async () => {
      const { vault, first, newcomer } = await lostNewcomer(rests);
      const three = await newcomer();
      await until(() => three.status.link === "stopped");
      const one = await first();
      await dialsOn(three, () => isSent(three, vault));
      await write(three, vault, "four");
      await dialsOn(three, () => isSent(three, vault));
      const { text } = await textOf(one, vault);
      await until(() => text().length === expected.length);
      expect(text().toJSON()).toBe(expected);
    });

    test("gets it from another device that has read it", async () => {
      const { vault, second, newcomer } = await lostNewcomer(rests);
      const two = await second();
      const three = await newcomer();
      await dialsOn(three, () => isSent(three, vault));
      await write(three, vault, "four");
      const { text } = await textOf(two, vault);
      await until(() => text().length === expected.length);
      expect(text().toJSON()).toBe(expected);
    });

    test.each(["first", "second"] as const)(
      "gets all of it from its %s device alone",
      async (who) => {
        const lost = await lostNewcomer(rests);
        const engine = await lost[who]();
        await until(lost.hasAll);
        expect(engine.status.link).toBe("ready");
      },
    );

    test("lets that device in as soon as anybody was there, and takes nothing of it before", async () => {
      const { vault, first, newcomer, hasAll } = await lostNewcomer(rests);
      const three = await newcomer();
      await until(() => three.status.link === "stopped");
      await write(three, vault, "alone");
      three.connect();
      await until(() => three.status.link === "stopped");
      expect(three.vault(vault)?.status.pendingCount).toBeGreaterThan(0);
      const one = await first();
      await until(hasAll);
      await one[Symbol.asyncDispose]();
      await dialsOn(three, () => isSent(three, vault));
    });
  },
);
