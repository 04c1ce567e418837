/** Pairing, where somebody does not play by the rules: the relay, the person, or either machine. */
import {
  addDeviceRecord,
  createDeviceKeys,
  openUserKeys,
  parsePairingCode,
  systemRandomBytes,
} from "@duro/crypto";
import { assert, DeviceScope, LogKind } from "@duro/crypto/types";
import { deviceIdOf, encodeRecord } from "@duro/crypto/verify";
import { decodeRelayFrame, encodeRelayFrame, mailboxNumbers } from "@duro/protocol";
import {
  type Approval,
  approvePairing,
  type Engine,
  joinByPairing,
  type LocalStore,
  type Transport,
  wholeTable,
} from "@duro/client";
import { createNodeTransport } from "@duro/client/node";
import { afterEach, expect, test } from "vitest";
import { relayKeyOf } from "../../../packages/client/src/engine/self.ts";
import { startTalk } from "../../../packages/client/src/flows/pairingTalk.ts";
import {
  createMemoryDisk,
  openMemoryLocalStore,
} from "../../../packages/client/src/testing/memoryLocalStore.ts";
import { hastyClock } from "../../client/tools/machines.ts";
import { endWorlds, openWorld, until } from "../../client/tools/world.ts";

afterEach(endWorlds);

const randomBytes = systemRandomBytes;

/** All that the relay says of the vault's log fits together, and is what was true before that index. */
const showingOlder = (endIndex: number): Transport => {
  const honest = createNodeTransport();
  return {
    dial: (url, events) =>
      honest.dial(url, {
        ...events,
        onMessage: (bytes) => {
          const frame = decodeRelayFrame(bytes);
          if (
            !frame.ok ||
            frame.value.type !== "LogRecords" ||
            frame.value.name.kind !== LogKind.Vault
          )
            return events.onMessage(bytes);
          const { fromIndex, records } = frame.value;
          const shown = records.slice(0, Math.max(0, endIndex - fromIndex));
          const older = { ...frame.value, records: shown, headIndex: endIndex - 1 };
          return events.onMessage(encodeRelayFrame(older));
        },
      }),
  };
};

/** A machine that is in, and one that wants to be. */
const openPair = async () => {
  const world = await openWorld();
  const { first: device, relay } = world;
  const disk = createMemoryDisk();
  const engine: Engine = await world.open(device, disk);
  await until(() => engine.vaults.every(({ status }) => status.isCaughtUp));
  const deps = { engine, store: openMemoryLocalStore(disk), device, randomBytes };
  const store: LocalStore = openMemoryLocalStore(createMemoryDisk());
  let showCode: (code: string) => void = () => {};
  const code = new Promise<string>((resolve) => {
    showCode = resolve;
  });
  let checkNumber: string | undefined;
  const join = (transport: Transport = createNodeTransport()) =>
    joinByPairing(
      {
        store,
        transport,
        clock: hastyClock,
        randomBytes,
        device: createDeviceKeys({ randomBytes }),
        relayUrl: relay.url,
        program: "test 1",
      },
      {
        showCode: (shown) => showCode(shown.reveal()),
        showCheckNumber: (shown) => {
          checkNumber = shown;
        },
      },
    );
  const find = async (numbers: readonly string[]) => {
    await until(() => checkNumber !== undefined);
    return numbers.find((number) => number === checkNumber);
  };
  const approve = async (changed: Partial<Approval> = {}) =>
    approvePairing(
      { ...deps, relayUrl: relay.url },
      { code: await code, as: { scope: DeviceScope.Full }, choose: find, ...changed },
    );
  const keptCount = async (): Promise<number> => {
    const rows = [];
    for (const table of ["facts", "records"] as const)
      rows.push(...(await store.range(table, wholeTable, 9)));
    return rows.length;
  };
  const deviceCount = () => engine.identity(engine.user)?.devices.size ?? 0;
  return { world, deps, code, join, find, approve, keptCount, deviceCount };
};

test("where all are honest the newcomer is in, and keeps what it was shown", async () => {
  const { world, join, approve, keptCount, deviceCount } = await openPair();
  const before = deviceCount();
  const joined = join();
  expect((await approve()).ok).toBe(true);
  expect(await joined).toEqual({ ok: true, value: { user: world.person.state.user } });
  expect(await keptCount()).toBeGreaterThan(3);
  expect(deviceCount()).toBe(before + 1);
});

test("a relay that shows an older log of the vault is refused, and nothing of it is kept", async () => {
  const { world, join, approve, keptCount } = await openPair();
  const { vault, head } = world.vault.state;
  const joined = join(showingOlder(head.index));
  expect((await approve()).ok).toBe(true);
  const name = { kind: LogKind.Vault, log: vault };
  expect(await joined).toEqual({ ok: false, error: { type: "LogsWithheld", name } });
  expect(await keptCount()).toBe(0);
});

test("a relay with another key than the one that was promised is refused, and the code is burnt", async () => {
  const { world, deps, join, approve, keptCount, deviceCount } = await openPair();
  const before = deviceCount();
  const value = createDeviceKeys({ randomBytes }).signKey;
  const key = new TextEncoder().encode(`relayKey:${world.relay.url}`);
  assert((await deps.store.get("facts", key)) !== undefined, "the relay's key is pinned");
  await deps.store.commit([{ kind: "put", table: "facts", key, value }]);
  const joined = join();
  const approved = await approve();
  expect(approved).toEqual({ ok: false, error: { type: "MailboxOver", how: "burnt" } });
  expect(await joined).toEqual({ ok: false, error: { type: "RelayDiffers" } });
  expect(await keptCount()).toBe(0);
  expect(deviceCount()).toBe(before);
});

test("a person who finds another number, or none, lets nobody in", async () => {
  for (const isNone of [true, false]) {
    const { join, approve, find, deviceCount } = await openPair();
    const before = deviceCount();
    const joined = join();
    const choose = async (numbers: readonly string[]) => {
      const right = await find(numbers);
      return isNone ? undefined : numbers.find((number) => number !== right);
    };
    const approved = await approve({ choose });
    expect(approved).toEqual({ ok: false, error: { type: "CheckNumberRefused" } });
    expect(await joined).toEqual({ ok: false, error: { type: "MailboxOver", how: "burnt" } });
    expect(deviceCount()).toBe(before);
  }
});

test("a machine that asks to be more than it was to be is not let in", async () => {
  const { join, approve, deviceCount } = await openPair();
  const before = deviceCount();
  const joined = join();
  const as = { scope: DeviceScope.Viewer, expiresAtMs: undefined, vaults: [] } as const;
  expect(await approve({ as })).toEqual({ ok: false, error: { type: "ScopeDiffers" } });
  expect((await joined).ok).toBe(false);
  expect(deviceCount()).toBe(before);
});

test("a machine signs no record that makes it something else than it asked to be", async () => {
  const { world, deps, code, join, keptCount } = await openPair();
  const { engine, store, device } = deps;
  const joined = join();
  const parsed = parsePairingCode(await code);
  assert(parsed.ok, "a code that is shown can be typed");
  const number = mailboxNumbers.parse(parsed.value.mailbox);
  assert(number.ok, "a mailbox's number");
  const mailbox = await engine.mailboxes.join(number.value);
  assert(mailbox.ok, "it is open");
  const talk = await startTalk(deps, mailbox.value, "approver", parsed.value);
  assert(talk.ok, "the code is right");
  const newcomer = await talk.value.hear("newcomer");
  const identity = engine.identity(engine.user);
  const relayKey = await relayKeyOf(store, world.relay.url);
  const userKeys = identity === undefined ? undefined : openUserKeys(identity, device).keys.get(1);
  assert(
    newcomer.ok && identity !== undefined && userKeys !== undefined && relayKey !== undefined,
    "everything is here",
  );
  const { signKey, kemKey } = newcomer.value;
  const entry = { signKey, kemKey, scope: DeviceScope.Viewer, expiresAtMs: 1 };
  const id = deviceIdOf({ signKey, kemKey });
  const record = encodeRecord(addDeviceRecord(deps, identity, device, { entry, id }, userKeys));
  talk.value.say({ type: "offer", relayKey, user: engine.user, record });
  expect((await talk.value.hear("cosigned")).ok).toBe(false);
  expect(await joined).toEqual({ ok: false, error: { type: "OfferRefused" } });
  expect(await keptCount()).toBe(0);
});
