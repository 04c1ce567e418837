/** The watch of a vault core, without a relay: what others wrote is handed to it. */
import { sealEnvelope } from "@duro/crypto";
import { assert, EnvelopeKind } from "@duro/crypto/types";
import { type Body, envelopesToRun } from "@duro/protocol";
import { expect, test } from "vitest";
import { raise } from "../alarms/standing.ts";
import { generationNumber, oneOfEach } from "../alarms/testing/aliases.ts";
import { createMemoryDisk, openMemoryLocalStore } from "../testing/memoryLocalStore.ts";
import { sealBodies } from "../vault/seal.ts";
import type { OpenedCore } from "../testing/vaultPlace.ts";
import { createPlace, deps, openCore, type Place, viewOf } from "../testing/vaultPlace.ts";
import { readWatchState, watchWrites } from "./watchState.ts";

const standing = ({ core }: OpenedCore) =>
  [...core.watch.book.byKey.values()].filter(({ healedAtMs }) => healedAtMs === undefined);

/** What nobody can read, behind what that device has written. */
const unreadableOf = (place: Place, { core }: OpenedCore) => {
  const { own, chains, vault } = core.memory;
  const row = chains.get(own.chain);
  const vaultKey = viewOf(place).keys.get(1);
  assert(row !== undefined && vaultKey !== undefined, "it has written");
  return sealEnvelope(
    deps,
    { vaultKey, signSecret: own.device.signSecret },
    {
      kind: EnvelopeKind.Data,
      flags: 0,
      vault,
      chain: own.chain,
      seq: row.head.at + 1,
      previous: row.head.id,
      epoch: 1,
      logHead: place.vault.state.head.id,
    },
    { clear: new Uint8Array(), plaintext: Uint8Array.of(1, 9, 9, 9) },
  );
};

test("a chain that is void is told with the reason, also after a restart", async () => {
  const place = createPlace(2);
  const [first, second] = place.devices;
  assert(first !== undefined && second !== undefined, "there are two");
  const writer = await openCore(place, first);
  await writer.core.connected([]);
  await writer.type("one");
  await writer.sealAll();
  const reader = await openCore(place, second);
  const unreadable = envelopesToRun([unreadableOf(place, writer)]);
  await reader.core.envelopes([...writer.puts, unreadable], 1);
  const alarm = { type: "ChainVoid", device: first.id, seq: 3, reason: "Malformed" };
  expect(standing(reader)).toMatchObject([{ alarm }]);
  expect(await reader.text()).toBe("one");
  await reader.core.close();
  const again = await openCore(place, second, { disk: reader.disk });
  expect(standing(again)).toMatchObject([{ alarm }]);
  expect(await again.text()).toBe("one");
});

test("keys that are missing are told, stop sealing, and are no trouble once they are there", async () => {
  const place = createPlace(1);
  const [device] = place.devices;
  assert(device !== undefined, "there is one");
  const keyless = {
    ...viewOf(place),
    keys: new Map(),
    keyFailures: [{ type: "NoBox", of: "vault", at: 1 }] as const,
  };
  const opened = await openCore(place, device, { view: keyless });
  expect(standing(opened)).toMatchObject([{ alarm: { type: "KeysMissing", isNewest: true } }]);
  expect(opened.core.memory.isSealingStopped).toBe(true);
  await opened.type("kept");
  await opened.sealAll();
  expect(opened.core.memory.waiting).toHaveLength(1);
  await opened.core.viewChanged(viewOf(place));
  expect(standing(opened)).toEqual([]);
  await opened.sealAll();
  expect(opened.core.memory.waiting).toEqual([]);
});

test("what is counted anew is claimed, opened and told once", async () => {
  const place = createPlace(2);
  const [first, second] = place.devices;
  assert(first !== undefined && second !== undefined, "there are two");
  const writer = await openCore(place, first);
  await writer.core.connected([]);
  const reader = await openCore(place, second);
  await reader.core.connected([]);
  for (const one of [writer, reader]) await one.type("a");
  await writer.sealAll();
  await reader.core.envelopes(writer.puts, 1);
  await reader.sealAll();
  await writer.core.envelopes(reader.puts, 1);
  await writer.type("b");
  await writer.sealAll();
  await reader.core.envelopes(writer.puts, 1);
  const { readUntil, notes, claims } = reader.core.watch.state;
  expect(readUntil.get(writer.core.memory.own.chain)).toBe(3);
  expect([...notes.opens.keys()]).toEqual([writer.core.memory.own.chain]);
  expect(claims.byClaimant.size).toBe(0);
  await reader.core.close();
  const again = await openCore(place, second, { disk: reader.disk });
  await again.core.envelopes(writer.puts, 1);
  expect(again.core.watch.book.byKey.size).toBe(0);
  expect(again.core.watch.state.readUntil).toEqual(
    new Map([...readUntil, [reader.core.memory.own.chain, 2]]),
  );
});

test("a device that stopped while it went on under another chain seals under that one when it starts", async () => {
  const place = createPlace(1);
  const [device] = place.devices;
  assert(device !== undefined, "there is one");
  const { vault } = place.vault.state;
  const disk = createMemoryDisk();
  const store = openMemoryLocalStore(disk);
  const fresh = await readWatchState(store, vault);
  const cloned = { ...oneOfEach.Cloned, vault };
  await store.commit(watchWrites(vault, fresh, { ...fresh, book: raise(fresh.book, cloned, 1) }));
  const opened = await openCore(place, device, { disk });
  expect(standing(opened)).toEqual([]);
  expect([...opened.core.watch.book.byKey.values()]).toMatchObject([{ alarm: cloned }]);
  await opened.type("on");
  await opened.sealAll();
  expect(opened.core.memory.waiting).toEqual([]);
});

test("while our own store takes nothing, nobody is blamed for what does not come", async () => {
  const place = createPlace(2);
  const [first, second] = place.devices;
  assert(first !== undefined && second !== undefined, "there are two");
  let isFull = false;
  const disk = createMemoryDisk();
  const store = openMemoryLocalStore(disk, {
    refuse: () => (isFull ? { type: "StoreFull" } : undefined),
  });
  const reader = await openCore(place, second, { disk, store });
  await reader.core.caughtUp();
  isFull = true;
  const writer = await openCore(place, first);
  await writer.core.connected([]);
  await writer.type("here");
  await writer.sealAll();
  await reader.core.envelopes(writer.puts, 1);
  const { connectedMs } = reader.core.watch.state.claims;
  for (let round = 0; round < 10; round += 1) {
    reader.clock.pass(1_000);
    await reader.core.envelopes(writer.puts, 1);
    reader.core.watch.tick();
  }
  expect(reader.core.watch.state.claims.connectedMs - connectedMs).toBe(1_000);
});

const dayMs = 86_400_000;

test("a device of which nothing comes for more than a week is stale until it is heard again", async () => {
  const place = createPlace(2);
  const [first, second] = place.devices;
  assert(first !== undefined && second !== undefined, "there are two");
  const reader = await openCore(place, second);
  await reader.core.caughtUp();
  reader.clock.pass(6 * dayMs);
  reader.core.watch.tick();
  expect(standing(reader)).toEqual([]);
  reader.clock.pass(2 * dayMs);
  reader.core.watch.tick();
  expect(standing(reader)).toMatchObject([{ alarm: { type: "StaleDevice", device: first.id } }]);
  const writer = await openCore(place, first);
  await writer.core.connected([]);
  await writer.type("here");
  await writer.sealAll();
  await reader.core.envelopes(writer.puts, 1);
  reader.core.watch.tick();
  expect(standing(reader)).toEqual([]);
});

test("what a beacon says of a chain is due from the beacon on, and met when it comes", async () => {
  const place = createPlace(3);
  const [first, second, third] = place.devices;
  assert(first !== undefined && second !== undefined && third !== undefined, "there are three");
  const writer = await openCore(place, first);
  await writer.core.connected([]);
  await writer.type("hidden");
  await writer.sealAll();
  const [written] = writer.core.memory.chains.values();
  assert(written !== undefined, "it has written");
  const { chain, head } = written;
  const beacon: Body = {
    type: "Beacon",
    plaintext: {
      isFull: true,
      vector: [{ chain, seq: head.at, id: head.id }],
      logHead: place.vault.state.head,
      identityHeads: [],
      nowMs: 0,
      generation: generationNumber(1),
    },
  };
  const { vault, view, own } = (await openCore(place, second)).core.memory;
  const said = sealBodies(deps, { vault, view, own, row: undefined }, [beacon]);
  const reader = await openCore(place, third);
  await reader.core.envelopes([envelopesToRun(said.envelopes)], 1);
  await reader.core.caughtUp();
  for (let round = 0; round < 7; round += 1) {
    reader.clock.pass(20_000);
    reader.core.watch.tick();
  }
  const named = { claimant: second.id, claimedSeq: head.at, heldSeq: 0 };
  expect(standing(reader).filter(({ alarm }) => alarm.type === "Withholding")).toMatchObject([
    { alarm: { type: "Withholding", ...named } },
  ]);
  await reader.core.envelopes(writer.puts, 1);
  reader.core.watch.tick();
  expect(standing(reader).filter(({ alarm }) => alarm.type === "Withholding")).toEqual([]);
  const claims = [...reader.core.watch.state.claims.byClaimant.values()];
  expect(claims.filter(({ chains }) => chains.size > 0)).toEqual([]);
});
