import { clientIdOf } from "@duro/crypto";
import { assert } from "@duro/crypto/types";
import { type Body, docIds, envelopesToRun, OpenReason, relayGenerations } from "@duro/protocol";
import { expect, test } from "vitest";
import { createPlace, deps, docOf, openCore, viewOf } from "../testing/vaultPlace.ts";
import { createAuthors } from "./authors.ts";
import { type BeaconTimes, lastBeaconMs, noteBeacons } from "./beaconTimes.ts";
import { newOwnChain } from "./ownChain.ts";
import { sealBodies } from "./seal.ts";

const setUp = () => {
  const place = createPlace(2);
  const [reading, saying] = place.devices;
  assert(reading !== undefined && saying !== undefined, "two devices");
  const owner = { user: place.person.state.user, device: saying };
  const own = newOwnChain(owner, deps.randomBytes, OpenReason.First, undefined);
  const view = viewOf(place);
  const { vault, head } = view.state;
  const beacon = (nowMs: number): Body => ({
    type: "Beacon",
    plaintext: {
      isFull: true,
      vector: [],
      logHead: { index: head.index, id: head.id },
      identityHeads: [],
      nowMs,
      generation: relayGenerations.fromBytes(new Uint8Array(32).fill(7)),
    },
  });
  const seal = (...bodies: readonly Body[]) =>
    sealBodies(deps, { vault, view, own, row: undefined }, bodies).envelopes;
  return { place, reading, own, beacon, seal };
};

test("who wrote an edit is told with the newest beacon of its chain, also after a restart", async () => {
  const { place, reading, own, beacon, seal } = setUp();
  const [open, first, second] = seal(beacon(1_000), beacon(2_000));
  assert(open !== undefined && first !== undefined && second !== undefined, "three envelopes");
  const opened = await openCore(place, reading);
  const clientId = clientIdOf(own.chain, docIds.toBytes(docOf(1)));
  const timeIn = ({ core }: typeof opened): number | undefined =>
    createAuthors(core.memory)(docOf(1), clientId)?.lastBeaconMs;
  await opened.core.envelopes([envelopesToRun([open])], 1);
  expect(timeIn(opened)).toBe(undefined);
  await opened.core.envelopes([envelopesToRun([first])], 1);
  expect(timeIn(opened)).toBe(1_000);
  await opened.core.envelopes([envelopesToRun([second])], 1);
  expect(timeIn(opened)).toBe(2_000);
  expect(timeIn(await openCore(place, reading, { disk: opened.disk }))).toBe(2_000);
});

test("a beacon that counts no more is none, and an older one that counts anew takes its place", () => {
  const { own, beacon, place } = setUp();
  const { chain } = own;
  const memory = { vault: place.vault.state.vault, beaconTimes: new Map() as BeaconTimes };
  const note = (counted: number, seq: number, atMs: number): void =>
    noteBeacons(memory, { write: () => {} }, [
      { row: { chain, counted }, seq, body: beacon(atMs) },
    ])();
  note(4, 5, 5_000);
  expect(lastBeaconMs(memory, { chain, counted: 5 })).toBe(5_000);
  expect(lastBeaconMs(memory, { chain, counted: 4 })).toBe(undefined);
  // Counted anew after a cut.
  note(1, 2, 2_000);
  expect(lastBeaconMs(memory, { chain, counted: 4 })).toBe(2_000);
  note(2, 3, 1_000);
  expect(lastBeaconMs(memory, { chain, counted: 4 })).toBe(1_000);
});
