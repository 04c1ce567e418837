/** What a device does with checkpoints: written when due, believed when they count, and nothing sooner. */
import { cutRecord } from "@duro/crypto";
import { withRotation } from "@duro/crypto/testing/people";
import { assert } from "@duro/crypto/types";
import { describe, expect, test } from "vitest";
import { createPlace, deps, docOf, type Place, viewOf, withRecord } from "../testing/vaultPlace.ts";
import {
  type CompactingCore,
  createBlobKeeper,
  fill,
  give,
  openCompactingCore,
  withoutEdits,
} from "./testing/compactingPlace.ts";

const write = { write: true };

/** Two devices that have each other's envelopes, enough for a checkpoint, and a third that comes later. */
const filled = async () => {
  const place = createPlace(4);
  const [first, second, third] = place.devices;
  assert(first !== undefined && second !== undefined && third !== undefined, "three devices");
  const http = createBlobKeeper();
  const a = await openCompactingCore(place, first, http);
  const b = await openCompactingCore(place, second, http);
  await fill(a);
  await give(b, a.puts);
  return { place, http, a, b, third };
};

const openThird = (
  { place, http, third }: Awaited<ReturnType<typeof filled>>,
  as: Place = place,
): Promise<CompactingCore> => openCompactingCore(as, third, http, { view: viewOf(as) });

/** Of all of these devices, in whatever order: given until nothing of it is new. */
const giveAll = async (to: CompactingCore, place: Place, from: readonly CompactingCore[]) => {
  for (const { puts } of [...from, ...from]) await give(to, withoutEdits(place, puts));
};

describe("a checkpoint", () => {
  test("[CP7] is written when it is due, by whoever may, and once", async () => {
    const { a, b } = await filled();
    expect(await a.compactor.look({ write: false })).toMatchObject({
      hasWritten: false,
      isWriteDue: true,
    });
    expect(await a.compactor.look(write)).toMatchObject({ hasWritten: true });
    expect(await a.compactor.look(write)).toMatchObject({ hasWritten: false, isWriteDue: false });
    await give(b, a.puts);
    expect(await b.compactor.look(write)).toMatchObject({ hasWritten: false, hasAttested: true });
    expect([...a.failures, ...b.failures]).toEqual([]);
  });

  test("[CP7] is not written where its blobs cannot be brought to the relay", async () => {
    const { place, a } = await filled();
    const [device] = place.devices.slice(0, 1);
    assert(device !== undefined, "a device");
    const nowhere = await openCompactingCore(
      place,
      device,
      {
        chunks: new Map(),
        request: async () => ({
          ok: true,
          value: { status: 403, headers: new Map(), body: new Uint8Array() },
        }),
      },
      { disk: a.disk },
    );
    const putCount = nowhere.puts.length;
    expect(await nowhere.compactor.look(write)).toMatchObject({ hasWritten: false });
    expect(nowhere.puts).toHaveLength(putCount);
  });

  test("[CP10] lets nothing go before it counts, and bodies and deleted text after", async () => {
    const { a, b } = await filled();
    await a.compactor.look(write);
    expect(await a.compactor.look(write)).toMatchObject({ hasPruned: false });
    await give(b, a.puts);
    expect(await b.compactor.look(write)).toMatchObject({ hasAttested: true, hasPruned: true });
    await give(a, b.puts);
    expect(await a.compactor.look(write)).toMatchObject({ hasPruned: true });
    expect(await a.compactor.look(write)).toMatchObject({ hasPruned: false });
    const stored = (a.disk.tables.get("envelopes") ?? []).filter(
      ({ value }) => value.length > 100_000,
    );
    expect(stored).toEqual([]);
    expect((await a.text(docOf(2))).length).toBe(400_000);
  });
});

describe("a device whose bodies are gone", () => {
  test("[CP9] asks for them first, and takes a checkpoint that counts in their place", async () => {
    const world = await filled();
    const { place, a, b } = world;
    await a.compactor.look(write);
    await give(b, a.puts);
    await b.compactor.look(write);
    const c = await openThird(world);
    await giveAll(c, place, [a, b]);
    expect([...c.core.memory.holds.values()].map(({ why }) => why)).toContain("a body");
    expect(await c.compactor.look(write)).toMatchObject({ hasLoaded: false });
    expect(c.wanted).toEqual([2, 3, 4]);
    expect(await c.compactor.look(write)).toMatchObject({ hasLoaded: true });
    expect(c.core.memory.holds.size).toBe(0);
    expect((await c.text(docOf(3))).length).toBe(400_000);
    expect(c.failures).toEqual([]);
  });

  test("[CP9] takes none that nobody attested", async () => {
    const world = await filled();
    const { place, a } = world;
    await a.compactor.look(write);
    const c = await openThird(world);
    await giveAll(c, place, [a]);
    await c.compactor.look(write);
    expect(await c.compactor.look(write)).toMatchObject({ hasLoaded: false, isStuck: true });
    expect(await c.text(docOf(3))).toBe("");
  });

  test("[CP9] takes none whose place in the vault's log it does not know", async () => {
    const world = await filled();
    const { place, a, b } = world;
    const [unused] = place.devices.slice(3);
    assert(unused !== undefined, "a fourth device");
    const author = { device: place.person.device, identity: place.person.state };
    const cut = withRecord(
      place,
      cutRecord(place.vault.state, author, "cutDevice", {
        identity: place.person.state,
        cuts: [{ device: unused.id, chains: [] }],
      }),
    );
    const vault = withRotation(deps, cut.vault, place.person, [place.person]);
    const later = { ...cut, vault };
    // Both chains were opened under what it knows.
    await b.type("of the second");
    await b.sealAll();
    await give(a, b.puts);
    for (const core of [a, b]) await core.core.viewChanged(viewOf(later));
    await a.compactor.look(write);
    await give(b, a.puts);
    await b.compactor.look(write);
    const c = await openThird(world);
    await giveAll(c, place, [a, b]);
    await c.compactor.look(write);
    expect(await c.compactor.look(write)).toMatchObject({ hasLoaded: false });
    await c.core.viewChanged(viewOf(later));
    expect(await c.compactor.look(write)).toMatchObject({ hasLoaded: true });
  });

  test("[CP8] does not attest what it has loaded, nor what it has compared already", async () => {
    const world = await filled();
    const { place, a, b } = world;
    await a.compactor.look(write);
    await give(b, a.puts);
    await b.compactor.look(write);
    expect(await b.compactor.look(write)).toMatchObject({ hasAttested: false });
    const c = await openThird(world);
    await giveAll(c, place, [a, b]);
    for (let count = 0; count < 3; count += 1)
      expect(await c.compactor.look(write)).toMatchObject({ hasAttested: false });
    expect(c.core.memory.holds.size).toBe(0);
  });
});

/** Written by the one, attested by the other, and behind it both have dropped what it covers. */
const round = async (a: CompactingCore, b: CompactingCore): Promise<void> => {
  expect(await a.compactor.look(write)).toMatchObject({ hasWritten: true });
  await give(b, a.puts);
  expect(await b.compactor.look(write)).toMatchObject({ hasAttested: true, hasPruned: true });
  await give(a, b.puts);
  expect(await a.compactor.look(write)).toMatchObject({ hasPruned: true });
};

const fillMore = async (core: CompactingCore, firstDoc: number): Promise<void> => {
  for (let doc = firstDoc; doc < firstDoc + 3; doc += 1) {
    await core.type("y".repeat(400_000), docOf(doc));
    await core.sealAll();
  }
};

test("[CP8] each next checkpoint is attested from the one before and what came after it", async () => {
  const { a, b } = await filled();
  await round(a, b);
  await fillMore(a, 4);
  await a.type("more", docOf(1));
  await a.sealAll();
  await round(a, b);
  expect([...a.failures, ...b.failures]).toEqual([]);
});

test("[CP12] whoever wrote a checkpoint lets its blobs go once two newer ones count", async () => {
  const { a, b, http } = await filled();
  await round(a, b);
  const first = [...http.chunks.keys()];
  await fillMore(a, 4);
  await round(a, b);
  expect([...http.chunks.keys()]).toEqual(expect.arrayContaining(first));
  await fillMore(a, 7);
  await round(a, b);
  expect(first.filter((url) => http.chunks.has(url))).toEqual([]);
});
