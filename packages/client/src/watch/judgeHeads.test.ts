/** What the relay lists of a vault's log, and what it shows of it later. */
import { assert, bytesToHex, LogKind } from "@duro/crypto/types";
import type { RecordId } from "@duro/protocol";
import { expect, test } from "vitest";
import { generationNumber, recordAt } from "../alarms/testing/aliases.ts";
import { standingAlarms } from "../alarms/standing.ts";
import { openFollowedLogs } from "../logs/followedLogs.ts";
import { createMemoryDisk, openMemoryLocalStore } from "../testing/memoryLocalStore.ts";
import { createPlace, openCore, viewOf } from "../testing/vaultPlace.ts";
import type { Watcher } from "./judgeCounted.ts";
import { compareAgain, judgeHeads, withRelayRecords } from "./judgeHeads.ts";
import { readWatchState, type WatchState } from "./watchState.ts";

const ourRecords = [0, 1, 2, 3].map((index) => recordAt(index));
const ourLogHead = { index: 3, id: recordAt(3) };
const rows = new Map();

/** The relay has listed that record as the newest of the log, of which four records are here. */
const listed = async (logHead: { readonly index: number; readonly id: RecordId }) => {
  const place = createPlace(1);
  const [device] = place.devices;
  assert(device !== undefined, "there is one");
  const { vault } = place.vault.state;
  const { core } = await openCore(place, device);
  const store = openMemoryLocalStore(createMemoryDisk());
  const logs = {
    ...(await openFollowedLogs(store)),
    idAt: ({ kind }: { readonly kind: LogKind }, index: number) =>
      kind === LogKind.Vault ? ourRecords[index] : undefined,
  };
  const ownChain = core.memory.own.chain;
  const at: Watcher = { vault, view: viewOf(place), logs, device: device.id, ownChain, nowMs: 1 };
  const fresh = await readWatchState(store, vault);
  const relay = { key: device.signKey, generation: generationNumber(1) };
  const recordCount = ourRecords.length;
  const notes = { ...fresh.notes, relay: bytesToHex(relay.key), recordCount };
  const heads = { chains: [], logHead, ourLogHead };
  const state = judgeHeads({ ...fresh, notes }, heads, relay, rows, at);
  const reaches = (index: number): WatchState =>
    compareAgain(withRelayRecords(state, index, at), rows, at);
  return { state, reaches };
};

const told = ({ book }: WatchState): readonly string[] =>
  standingAlarms(book).map(({ alarm }) => alarm.type);

test("another head than ours is no fork: that is for the records to show", async () => {
  const { state, reaches } = await listed({ index: 3, id: recordAt(3, 1) });
  expect(told(state)).toEqual([]);
  expect(told(reaches(3))).toEqual([]);
});

test("a relay that gets back the records it had lost has lost none", async () => {
  const { state, reaches } = await listed({ index: 1, id: recordAt(1) });
  expect(told(state)).toEqual(["Rollback"]);
  expect(told(reaches(2))).toEqual(["Rollback"]);
  expect(told(reaches(3))).toEqual([]);
});
