import { asSignPublicKey, bytesToHex } from "@duro/crypto/types";
import { type Challenge, loginNonces } from "@duro/protocol";
import { expect, test } from "vitest";
import { generationNumber } from "../alarms/testing/aliases.ts";
import { createManualClock } from "../testing/manualClock.ts";
import {
  createMemoryDisk,
  type MemoryDisk,
  openMemoryLocalStore,
} from "../testing/memoryLocalStore.ts";
import { openRelayWatch } from "./relayWatch.ts";

const url = "https://relay.example";
const keyOf = (byte: number) => asSignPublicKey(new Uint8Array(32).fill(byte));
const clock = createManualClock(1_000_000);

const challengeOf = (key: number, generation = 1): Challenge => ({
  type: "Challenge",
  nonce: loginNonces.fromBytes(new Uint8Array(32)),
  relayKey: keyOf(key),
  generation: generationNumber(generation),
  versionMin: 1,
  versionMax: 1,
  nowMs: clock.nowMs(),
});

const open = (disk: MemoryDisk = createMemoryDisk(), isFull = false) =>
  openRelayWatch({
    store: openMemoryLocalStore(disk, isFull ? { refuse: () => ({ type: "StoreFull" }) } : {}),
    clock,
    onAlarms: () => {},
    onFailure: (cause) => {
      throw cause;
    },
  });

const standing = ({ book }: Awaited<ReturnType<typeof open>>) =>
  [...book.byKey.values()].flatMap(({ alarm, healedAtMs }) =>
    healedAtMs === undefined ? [alarm.type] : [],
  );

test("the key of the first contact is the relay's, also after a restart; another is told and not faced", async () => {
  const disk = createMemoryDisk();
  expect(await (await open(disk)).greeted(url, challengeOf(1))).toBe(true);
  const again = await open(disk);
  expect(await again.greeted(url, challengeOf(2))).toBe(false);
  expect(again.faced).toBeUndefined();
  const [found] = again.book.byKey.values();
  expect(found?.alarm).toEqual({
    type: "RelayKeyChanged",
    expected: bytesToHex(keyOf(1)),
    got: bytesToHex(keyOf(2)),
  });
  expect(standing(await open(disk))).toEqual(["RelayKeyChanged"]);
  expect(await again.greeted(url, challengeOf(1))).toBe(true);
  expect(standing(again)).toEqual([]);
});

test("a first contact that cannot be kept is none", async () => {
  const disk = createMemoryDisk();
  expect(await (await open(disk, true)).greeted(url, challengeOf(1))).toBeUndefined();
  expect(await (await open(disk)).greeted(url, challengeOf(2))).toBe(true);
});

test("a known relay is answered though the disk is full", async () => {
  const disk = createMemoryDisk();
  await (await open(disk)).greeted(url, challengeOf(1));
  const full = await open(disk, true);
  expect(await full.greeted(url, challengeOf(1))).toBe(true);
  expect(full.faced).toMatchObject({ generation: generationNumber(1) });
});

test("another database is told once, and the next connection ends that", async () => {
  const disk = createMemoryDisk();
  await (await open(disk)).greeted(url, challengeOf(1, 1));
  const relay = await open(disk);
  await relay.greeted(url, challengeOf(1, 2));
  expect(standing(relay)).toEqual(["RelayGenerationChanged"]);
  const again = await open(disk);
  await again.greeted(url, challengeOf(1, 2));
  expect(standing(again)).toEqual([]);
});

test("what a relay did wrong stands until a connection on which it did not", async () => {
  const relay = await open();
  await relay.greeted(url, challengeOf(1));
  relay.fault("ReceiptBroken");
  relay.behaved();
  expect(standing(relay)).toEqual(["RelayMisbehaved"]);
  relay.disconnected();
  await relay.greeted(url, challengeOf(1));
  relay.behaved();
  expect(standing(relay)).toEqual([]);
});
