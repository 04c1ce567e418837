import { asSignature } from "@duro/crypto/types";
import { expect, test } from "vitest";
import { addClaims } from "../alarms/chainClaims.ts";
import { tickClaims } from "../alarms/claims.ts";
import { raise } from "../alarms/standing.ts";
import {
  aVault,
  chainOf,
  deviceNumber,
  envelopeAt,
  generationNumber,
  oneOfEach,
  otherVault,
} from "../alarms/testing/aliases.ts";
import { claimant, knownChains, says } from "../alarms/testing/known.ts";
import { createMemoryDisk, openMemoryLocalStore } from "../testing/memoryLocalStore.ts";
import type { KeptReceipt } from "./receipts.ts";
import { heardNow } from "./watchNotes.ts";
import {
  claimsWrite,
  isSaved,
  readWatchState,
  type WatchState,
  watchWrites,
} from "./watchState.ts";

const receipt: KeptReceipt = {
  chain: chainOf(1),
  firstSeq: 3,
  firstPosition: 12,
  nowMs: 1_000,
  ids: [envelopeAt(1, 3), envelopeAt(1, 4)],
  relayKey: "ab".repeat(32),
  generation: generationNumber(1),
  signature: asSignature(new Uint8Array(64).fill(5)),
};

const lived = (fresh: WatchState): WatchState => {
  const { claims } = addClaims(fresh.claims, claimant(2, 7), [says(1, 50)], knownChains({}));
  return {
    ...fresh,
    claims,
    book: raise(fresh.book, oneOfEach.Withholding, 5),
    beacons: { chain: chainOf(1), said: { lastMs: 9, lastFull: undefined } },
    notes: {
      ...heardNow(fresh.notes, deviceNumber(2), 4_000),
      ownChains: new Set([chainOf(1)]),
      opens: new Map([[chainOf(2), deviceNumber(2)]]),
      hasCaughtUp: true,
      relay: "ab".repeat(32),
      recordCount: 3,
    },
    receipts: [receipt],
  };
};

const stored = async () => {
  const store = openMemoryLocalStore(createMemoryDisk());
  const fresh = await readWatchState(store, aVault);
  const state = lived(fresh);
  await store.commit(watchWrites(aVault, fresh, state));
  return { store, fresh, state };
};

test("everything that is kept is the same after a restart, and of no other vault", async () => {
  const { store, fresh, state } = await stored();
  expect(await readWatchState(store, aVault)).toEqual(state);
  expect(await readWatchState(store, otherVault)).toEqual(fresh);
});

test("only what differs is written", async () => {
  const { fresh, state } = await stored();
  expect(watchWrites(aVault, state, state)).toEqual([]);
  expect(isSaved(state, { ...state, readUntil: new Map([[chainOf(1), 3]]) })).toBe(true);
  expect(watchWrites(aVault, state, { ...state, book: fresh.book })).toHaveLength(1);
});

test("time that runs over claims is no reason to write, and is kept at the end", async () => {
  const { store, state } = await stored();
  const started = tickClaims(state.claims, { kind: "live" }, 0);
  const later = { ...state, claims: tickClaims(started, { kind: "live" }, 10_000) };
  expect(watchWrites(aVault, state, later)).toEqual([]);
  await store.commit([claimsWrite(aVault, later)]);
  expect((await readWatchState(store, aVault)).claims.connectedMs).toBe(10_000);
});
