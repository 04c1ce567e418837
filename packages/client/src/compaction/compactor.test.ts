/** What a device does with checkpoints: written when due, believed when they count, and nothing sooner. */
import { clientIdOf, pinRecord } from "@duro/crypto";
import { assert, EnvelopeFlag, EnvelopeKind, noEnvelope } from "@duro/crypto/types";
import { chainIds, docIds, envelopesToRun, OpenReason, runToEnvelopes } from "@duro/protocol";
import { envelopeIdOf } from "@duro/crypto/verify";
import { describe, expect, test } from "vitest";
import { Doc, encodeStateAsUpdate, Map as YMap } from "yjs";
import { createPlace, deps, docOf, type Place, viewOf, withRecord } from "../testing/vaultPlace.ts";
import { nestingDepthMax } from "../updates/nestingDepth.ts";
import { newOwnChain } from "../vault/ownChain.ts";
import { dataOf, sealBodies } from "../vault/seal.ts";
import { coversPurge, owePurge } from "./purgeOwed.ts";
import {
  type CompactingCore,
  createBlobKeeper,
  fill,
  give,
  openCompactingCore,
  withoutEdits,
} from "./testing/compactingPlace.ts";

const write = { write: true };
const chainOf = (number: number) => chainIds.fromBytes(new Uint8Array(16).fill(number));

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

test("[CP8] a checkpoint is judged although a relay spoiled the signatures within its run", async () => {
  const world = await filled();
  const { place, a } = world;
  const { vault } = place.vault.state;
  await a.compactor.look(write);
  await a.type("and more");
  await a.sealAll();
  const all = a.puts.flatMap((run) => runToEnvelopes(vault, run, envelopeIdOf));
  const [opening, newest] = [all.at(0), all.at(-1)];
  assert(opening !== undefined && newest !== undefined, "envelopes");
  const { signature } = opening;
  // Neither the checkpoint's nor the one where its coverage ends is good; the newest one is.
  const spoiled = all.map(({ head, body }) =>
    head === newest.head ? newest : { head, signature, body },
  );
  const c = await openThird(world);
  await give(c, [envelopesToRun(spoiled)]);
  expect(await c.compactor.look(write)).toMatchObject({ hasAttested: true, hasPruned: true });
  expect(c.failures).toEqual([]);
});

test("types too deep in each other are collected in the states of all devices alike, and the checkpoint counts", async () => {
  const { place, a, b } = await filled();
  const hostile = place.devices.at(3);
  assert(hostile !== undefined, "a fourth device");
  const owner = { user: place.person.state.user, device: hostile };
  const own = newOwnChain(owner, deps.randomBytes, OpenReason.First, undefined);
  const ydoc = new Doc();
  ydoc.clientID = clientIdOf(own.chain, docIds.toBytes(docOf(4)));
  let at = ydoc.getMap<unknown>("m");
  for (let depth = 0; depth < 2 * nestingDepthMax; depth += 1) {
    const inner = new YMap<unknown>();
    at.set("in", inner);
    at = inner;
  }
  const body = dataOf([{ doc: docOf(4), update: encodeStateAsUpdate(ydoc) }], []);
  const { vault } = place.vault.state;
  const sealPlace = { vault, view: viewOf(place), own, row: undefined };
  const run = envelopesToRun(sealBodies(deps, sealPlace, [body]).envelopes);
  await give(a, [run]);
  await give(b, [run]);
  await a.compactor.look(write);
  await give(b, a.puts);
  expect(await b.compactor.look(write)).toMatchObject({ hasAttested: true, hasPruned: true });
  expect([...a.failures, ...b.failures]).toEqual([]);
});

describe("a purge", () => {
  const purged = async () => {
    const world = await filled();
    const { a, b } = world;
    await a.compactor.look(write);
    await give(b, a.puts);
    await b.compactor.look(write);
    await give(a, b.puts);
    await a.compactor.look(write);
    expect(await a.compactor.look(write)).toMatchObject({ isWriteDue: false, hasWritten: false });
    const live = await a.core.hold(docOf(1));
    live.ydoc.getText("t").delete(0, 400_000);
    expect((await a.core.saved()).ok).toBe(true);
    expect((await a.core.job(({ memory }) => owePurge(memory))).ok).toBe(true);
    return world;
  };

  test("has a checkpoint written that is not due yet, once, with what was deleted sealed before it", async () => {
    const { place, a } = await purged();
    const { vault } = place.vault.state;
    // It waits in the outbox.
    expect(await a.compactor.look(write)).toMatchObject({ hasWritten: false, isWriteDue: true });
    await a.sealAll();
    expect(await a.compactor.look({ write: false })).toMatchObject({ isWriteDue: true });
    expect(await a.compactor.look(write)).toMatchObject({ hasWritten: true });
    expect(await a.compactor.look(write)).toMatchObject({ hasWritten: false, isWriteDue: false });
    const flags = a.puts
      .flatMap((run) => runToEnvelopes(vault, run, envelopeIdOf))
      .filter(({ head }) => head.kind === EnvelopeKind.Checkpoint)
      .map((envelope) => envelope.head.flags);
    expect(flags).toEqual([0, EnvelopeFlag.Purge]);
    expect(a.failures).toEqual([]);
  });

  test("that counts takes the blobs of those before it along at once, and the text from every table", async () => {
    const { http, a, b } = await purged();
    await a.sealAll();
    const before = new Set(http.chunks.keys());
    await a.compactor.look(write);
    await give(b, a.puts);
    expect(await b.compactor.look(write)).toMatchObject({ hasAttested: true, hasPruned: true });
    expect([...http.chunks.keys()].filter((chunk) => before.has(chunk))).toHaveLength(before.size);
    await give(a, b.puts);
    expect(await a.compactor.look(write)).toMatchObject({ hasPruned: true });
    expect([...http.chunks.keys()].filter((chunk) => before.has(chunk))).toEqual([]);
    expect(await a.text(docOf(1))).toBe("");
    const long = ["envelopes", "updates"].flatMap((table) =>
      (a.disk.tables.get(table as "updates") ?? []).filter(({ value }) => value.length > 100_000),
    );
    // The two documents of which nothing was deleted.
    expect(long).toHaveLength(2);
    expect([...a.failures, ...b.failures]).toEqual([]);
  });

  test("is not answered by a checkpoint that was packed before it", () => {
    const { own, chain } = { own: chainOf(1), chain: chainOf(2) };
    const mark = (seq: number, of = own) => ({ chain: of, seq, id: noEnvelope });
    const owed = { chain: own, seq: 5 };
    expect(coversPurge(owed, [mark(4), mark(9, chain)], own)).toBe(false);
    expect(coversPurge(owed, [mark(5)], own)).toBe(true);
    expect(coversPurge(owed, [], own)).toBe(false);
    // Whoever writes under another chain by now has carried it over.
    expect(coversPurge(owed, [], chain)).toBe(true);
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
    const author = { device: place.person.device, identity: place.person.state };
    // Under the key that it has: what it does not know is the record alone.
    const later = withRecord(place, pinRecord(place.vault.state, author, [place.person.state]));
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
