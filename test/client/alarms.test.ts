/** What an engine notices of a relay that loses, hides or lies, and of itself being there twice. */
import { createNodeTransport } from "@duro/client/node";
import type { Engine } from "@duro/client";
import { asSignPublicKey, assert, EnvelopeKind } from "@duro/crypto/types";
import { decodeHead } from "@duro/crypto/verify";
import { afterEach, expect, test } from "vitest";
import {
  createManualClock,
  type ManualClock,
} from "../../packages/client/src/testing/manualClock.ts";
import { createMemoryDisk } from "../../packages/client/src/testing/memoryLocalStore.ts";
import { type Lies, throughLies, withholding } from "./tools/lyingRelay.ts";
import { snapshotOf } from "./tools/snapshot.ts";
import { endWorlds, openWorld, textOf, until } from "./tools/world.ts";

afterEach(endWorlds);

const standing = (engine: Engine): readonly string[] =>
  engine.alarms.flatMap(({ alarm, healedAtMs }) => (healedAtMs === undefined ? [alarm.type] : []));

const healed = (engine: Engine): readonly string[] =>
  engine.alarms.flatMap(({ alarm, healedAtMs }) => (healedAtMs === undefined ? [] : [alarm.type]));

/** In steps, so that what is answered to one of them is there before the next. */
const pass = async (clock: ManualClock, byMs: number): Promise<void> => {
  const stepMs = 5_000;
  for (let leftMs = byMs; leftMs > 0; leftMs -= stepMs) {
    clock.pass(Math.min(leftMs, stepMs));
    await new Promise((resolve) => setTimeout(resolve, 8));
  }
};

test("devices that work together at an honest relay raise no alarm", async () => {
  const { vault, first, second, open } = await openWorld();
  const disk = createMemoryDisk();
  const engine = await open(first, disk);
  const other = await open(second);
  const a = await textOf(engine, vault.state.vault);
  const b = await textOf(other, vault.state.vault);
  for (let at = 0; at < 10; at += 1) {
    a.text().insert(0, "a");
    b.text().insert(0, "b");
    await a.open.saved();
    await b.open.saved();
  }
  await until(() => a.text().length === 20 && b.text().length === 20);
  await until(() => a.vault.status.pendingCount === 0 && b.vault.status.pendingCount === 0);
  engine.disconnect();
  await until(() => engine.status.link === "stopped" || engine.status.link === "idle");
  engine.connect();
  await until(() => a.vault.status.isCaughtUp);
  await engine[Symbol.asyncDispose]();
  const again = await open(first, disk);
  const c = await textOf(again, vault.state.vault);
  await until(() => c.vault.status.isCaughtUp && c.vault.status.pendingCount === 0);
  expect([engine, other, again].map(({ alarms }) => alarms)).toEqual([[], [], []]);
});

test("a relay that was put back is noticed, gets back what it lost, and then it is over", async () => {
  const { vault, first, second, open, relay, restart, stores } = await openWorld();
  const disk = createMemoryDisk();
  const engine = await open(first, disk);
  const a = await textOf(engine, vault.state.vault);
  a.text().insert(0, "one ");
  await a.open.saved();
  await until(() => a.vault.status.isCaughtUp && a.vault.status.pendingCount === 0);
  const putBack = snapshotOf(stores.data);
  a.text().insert(4, "two");
  await a.open.saved();
  await until(() => a.vault.status.pendingCount === 0);
  await engine[Symbol.asyncDispose]();
  await relay.stop();
  putBack();
  const restored = await restart();

  const again = await open(first, disk, restored);
  const told: string[] = [];
  again.onAlarm(({ raised }) => told.push(...raised.map(({ type }) => type)));
  await until(() => healed(again).includes("Rollback"));
  expect(told).toEqual(expect.arrayContaining(["Rollback", "ReceiptLost"]));
  expect(standing(again)).toEqual([]);
  const b = await textOf(await open(second, undefined, restored), vault.state.vault);
  await until(() => b.text().toJSON() === "one two");
});

test("a relay that hides the end of a chain is named within the grace, and the alarm outlives a restart", async () => {
  const clock = createManualClock(Date.now());
  const { vault, first, second, third, open } = await openWorld({ nowMs: () => clock.nowMs() });
  const { vault: id } = vault.state;
  const author = await open(first, undefined, undefined, { clock });
  const a = await textOf(author, id);
  a.text().insert(0, "one ");
  await a.open.saved();
  await until(() => a.vault.status.isCaughtUp && a.vault.status.pendingCount === 0);
  const [own] = author.chains(id);
  assert(own !== undefined, "it has written");

  let lies: Lies = withholding(id, own.chain, own.head.at + 1);
  const disk = createMemoryDisk();
  const around = { clock, transport: throughLies(createNodeTransport(), () => lies) };
  const deceived = await open(second, disk, undefined, around);
  const b = await textOf(deceived, id);
  await until(() => b.text().toJSON() === "one " && b.vault.status.pendingCount === 0);
  const witness = await textOf(await open(third, undefined, undefined, { clock }), id);
  a.text().insert(4, "two");
  await until(() => witness.text().toJSON() === "one two");
  witness.text().insert(7, " three");
  await until(() => b.vault.status.heldCount === 1);
  await pass(clock, 110_000);
  expect(standing(deceived)).toEqual([]);
  await pass(clock, 50_000);
  const named = { type: "Withholding", device: first.id, claimant: third.id, chain: own.chain };
  expect(deceived.alarms).toMatchObject([{ alarm: named, healedAtMs: undefined }]);
  await deceived[Symbol.asyncDispose]();

  const again = await open(second, disk, undefined, around);
  expect(again.alarms).toMatchObject([{ alarm: named, healedAtMs: undefined }]);
  lies = {};
  again.disconnect();
  again.connect();
  const c = await textOf(again, id);
  await until(() => c.text().toJSON() === "one two three");
  await pass(clock, 30_000);
  expect(standing(again)).toEqual([]);
  expect(healed(again)).toEqual(["Withholding"]);
});

test("a copied device raises cloned, goes on in another chain, and then it is over", async () => {
  const { vault, first, open } = await openWorld();
  const { vault: id } = vault.state;
  const disk = createMemoryDisk();
  const engine = await open(first, disk);
  const a = await textOf(engine, id);
  a.text().insert(0, "base ");
  await a.open.saved();
  await until(() => a.vault.status.isCaughtUp && a.vault.status.pendingCount === 0);
  await engine[Symbol.asyncDispose]();
  const copy = { tables: disk.tables };
  const original = await open(first, disk);
  const o = await textOf(original, id);
  o.text().insert(0, "original ");
  await until(() => o.vault.status.isCaughtUp && o.vault.status.pendingCount === 0);
  const copied = await open(first, copy);
  const raised: string[] = [];
  copied.onAlarm((change) => raised.push(...change.raised.map(({ type }) => type)));
  const c = await textOf(copied, id);
  c.text().insert(c.text().length, "copy");
  await until(() => o.text().toJSON() === "original base copy");
  expect(raised).toEqual(["Cloned"]);
  expect(standing(copied)).toEqual([]);
  // The other one learns that something writes with its keys, and writes on.
  expect(standing(original)).toEqual(["Cloned"]);
  expect(o.vault.status.isSealingStopped).toBe(false);
});

test("a receipt that the relay did not sign counts for nothing and is told", async () => {
  const { vault, first, open } = await openWorld();
  let lies: Lies = {
    down: (frame) => (frame.type === "Receipt" ? [{ ...frame, nowMs: frame.nowMs + 1 }] : [frame]),
  };
  const around = { transport: throughLies(createNodeTransport(), () => lies) };
  const engine = await open(first, undefined, undefined, around);
  const a = await textOf(engine, vault.state.vault);
  a.text().insert(0, "one");
  await until(() => standing(engine).includes("RelayMisbehaved"));
  expect(a.vault.status.pendingCount).toBeGreaterThan(0);
  lies = {};
  engine.disconnect();
  await until(() => engine.status.link === "idle" || engine.status.link === "stopped");
  engine.connect();
  await until(() => a.vault.status.pendingCount === 0);
  expect(standing(engine)).toEqual([]);
});

test("a relay with another key is refused, and that stands until the known one is back", async () => {
  const { vault, first, open } = await openWorld();
  const disk = createMemoryDisk();
  const strange = new Uint8Array(32).fill(9);
  let lies: Lies = {};
  const around = { transport: throughLies(createNodeTransport(), () => lies) };
  const engine = await open(first, disk, undefined, around);
  const a = await textOf(engine, vault.state.vault);
  await until(() => a.vault.status.isCaughtUp);
  engine.disconnect();
  await until(() => engine.status.link === "idle" || engine.status.link === "stopped");
  lies = {
    down: (frame) =>
      frame.type === "Challenge" ? [{ ...frame, relayKey: asSignPublicKey(strange) }] : [frame],
  };
  engine.connect();
  await until(() => standing(engine).includes("RelayKeyChanged"));
  await until(() => engine.status.link === "stopped");
  lies = {};
  engine.connect();
  await until(() => a.vault.status.isCaughtUp);
  expect(standing(engine)).toEqual([]);
});

test("a device says how far it has seen the others when it starts, while it works, and when it leaves", async () => {
  const clock = createManualClock(Date.now());
  const { vault, first, second, open, stores } = await openWorld({ nowMs: () => clock.nowMs() });
  const { vault: id } = vault.state;
  const engine = await open(first, undefined, undefined, { clock });
  const other = await open(second, undefined, undefined, { clock });
  const a = await textOf(engine, id);
  const b = await textOf(other, id);
  const beaconCount = (): number => {
    const chains = [...engine.chains(id)].filter(({ device }) => device === first.id);
    return (stores.data.envelopes.get(id) ?? []).filter(
      ({ chain, signedHead }) => chains.some((row) => row.chain === chain) && isBeacon(signedHead),
    ).length;
  };
  await until(() => beaconCount() === 1);
  await pass(clock, 310_000);
  expect(beaconCount()).toBe(1);
  a.text().insert(0, "one");
  await until(() => b.text().toJSON() === "one");
  await pass(clock, 30_000);
  await until(() => beaconCount() === 2);
  b.text().insert(0, "two ");
  await until(() => a.text().toJSON() === "two one");
  engine.disconnect();
  await until(() => beaconCount() === 3);
  await until(() => engine.status.link === "idle" || engine.status.link === "stopped");
  expect([engine, other].map(({ alarms }) => alarms)).toEqual([[], []]);
});

const signatureByteLength = 64;

const isBeacon = (signedHead: Uint8Array): boolean => {
  const head = decodeHead(signedHead.subarray(0, -signatureByteLength));
  assert(head.ok, "the relay keeps heads that it could read");
  return head.value.kind === EnvelopeKind.Beacon;
};
