/** Checkpoints at the real relay: written, attested, loaded in place of what the relay has dropped. */
import { afterEach, describe, expect, test } from "vitest";
import { cutRecord } from "@duro/crypto";
import { assert, LogKind } from "@duro/crypto/types";
import { envelopeIdOf } from "@duro/crypto/verify";
import type { DeviceId } from "@duro/protocol";
import * as Y from "yjs";
import {
  createMemoryDisk,
  openMemoryLocalStore,
} from "../../packages/client/src/testing/memoryLocalStore.ts";
import type {
  Entry,
  LocalStore,
  StoreReader,
  StoreTable,
} from "../../packages/client/src/ports/localStore.ts";
import { chainOfKey } from "../../packages/client/src/store/keys.ts";
import { decodeChainRow, encodeChainRow } from "../../packages/client/src/store/rows.ts";
import { readEnvelopes } from "../../packages/client/src/vault/readEnvelopes.ts";
import { removeFolders } from "../relay/tools/folders.ts";
import {
  closeStations,
  docOf,
  filesWith,
  longText,
  openCompactingWorld,
  openIn,
  type Station,
} from "./tools/compacting.ts";
import { blobIdsIn, blobsWith, bodiesWith, isSame, relayBodies, saidIn } from "./tools/contents.ts";
import { endWorlds, until } from "./tools/world.ts";

const failed: unknown[] = [];

afterEach(async () => {
  failed.push(...(await closeStations()));
  await endWorlds();
  await removeFolders();
  if (failed.length > 0) throw new Error("a device failed at something");
});

type World = Awaited<ReturnType<typeof openCompactingWorld>>;

/** Three envelopes after which a checkpoint is due. */
const fill = async (station: Station): Promise<void> => {
  for (let doc = 1; doc <= 3; doc += 1) await station.write(longText(), docOf(doc));
};

const hasAllOf = (world: World, station: Station, other: Station): boolean => {
  const heads = (of: Station) =>
    new Map(
      [...of.engine.chains(world.vault.state.vault)].map(({ chain, head }) => [chain, head.at]),
    );
  const [ours, theirs] = [heads(station), heads(other)];
  return [...theirs].every(([chain, seq]) => (ours.get(chain) ?? 0) >= seq);
};

const meet = (world: World, station: Station, other: Station): Promise<void> =>
  until(() => station.vault.status.isCaughtUp && hasAllOf(world, station, other), 20_000);

/** Everything that the relay has counts here. */
const isSettled = ({ stores, vault }: World, { vault: { status }, engine }: Station): boolean => {
  const atRelay = stores.data.envelopes.get(vault.state.vault)?.length ?? 0;
  const counted = [...engine.chains(vault.state.vault)].reduce((sum, row) => sum + row.counted, 0);
  return status.isCaughtUp && status.heldCount === 0 && counted >= atRelay;
};

test("a device that comes when bodies are gone has everything from a checkpoint and what came after it", async () => {
  const world = await openCompactingWorld();
  const a = await world.station(world.first);
  for (let at = 0; at < 400; at += 1) await a.write(`${at} `, docOf(1 + (at % 3)));
  const b = await world.station(world.second);
  await meet(world, b, a);
  expect(await a.compact()).toMatchObject({ hasWritten: true });
  await meet(world, b, a);
  expect(await b.compact()).toMatchObject({ hasAttested: true, hasWritten: false });
  expect(await world.prune()).toBeGreaterThan(390);
  await a.write("tail");
  const c = await world.station(world.third);
  await until(() => isSettled(world, c), 20_000);
  for (const doc of [docOf(1), docOf(2), docOf(3)]) {
    expect(await c.text(doc)).toBe(await a.text(doc));
    expect(await c.digest(doc)).toBe(await a.digest(doc));
  }
  await c.write("from the third");
  await meet(world, a, c);
  expect(await a.text()).toContain("tailfrom the third");
});

test("nothing is written that is not due, and nothing twice", async () => {
  const world = await openCompactingWorld();
  const a = await world.station(world.first);
  await a.write("little");
  expect(await a.compact()).toMatchObject({ hasWritten: false });
  await fill(a);
  expect(await a.compact()).toMatchObject({ hasWritten: true });
  expect(await a.compact()).toMatchObject({ hasWritten: false });
});

test("a device attests a checkpoint once, and does not attest its own", async () => {
  const world = await openCompactingWorld();
  const a = await world.station(world.first);
  const b = await world.station(world.second);
  await fill(a);
  expect(await a.compact()).toMatchObject({ hasWritten: true, hasAttested: false });
  await meet(world, b, a);
  expect(await b.compact()).toMatchObject({ hasAttested: true });
  expect(await b.compact()).toMatchObject({ hasAttested: false });
  const { folder } = b;
  await b.close();
  const again = await world.station(world.second, { folder });
  expect(await again.compact()).toMatchObject({ hasAttested: false });
  await meet(world, a, again);
  expect(await a.compact()).toMatchObject({ hasAttested: false });
});

/** What a device would say if it read this in place of what its store holds. */
interface Lie {
  readonly table: StoreTable;
  readonly tell: (entries: readonly Entry[]) => readonly Entry[];
}

/** Reads of one moment, which only checkpoints are made of, are lied about. */
const lying =
  ({ table, tell }: Lie) =>
  (folder: string): LocalStore => {
    const store = openIn(folder);
    const lied = (reader: StoreReader): StoreReader => ({
      get: (of, key) => reader.get(of, key),
      range: async (of, range, countMax) => {
        const entries = await reader.range(of, range, countMax);
        return of === table && entries.length > 0 ? tell(entries) : entries;
      },
    });
    return { ...store, view: (work) => store.view((reader) => work(lied(reader))) };
  };

const foreignText = (): Uint8Array => {
  const doc = new Y.Doc();
  doc.getText("t").insert(0, "nobody wrote this");
  return Y.encodeStateAsUpdate(doc);
};

const withValue = (value: (entry: Entry) => Uint8Array) => (entries: readonly Entry[]) =>
  entries.map((entry, at) => (at === 0 ? { key: entry.key, value: value(entry) } : entry));

describe("a checkpoint is found out, and nothing goes behind it, that", () => {
  test.each<[string, Lie]>([
    ["drops what was written", { table: "updates", tell: (entries) => entries.slice(1) }],
    [
      "adds what nobody wrote",
      {
        table: "updates",
        tell: withValue(({ value }) => Y.mergeUpdates([value, foreignText()])),
      },
    ],
    [
      "alters what was written",
      {
        table: "updates",
        tell: withValue(({ value }) => {
          const at = Math.floor(value.length / 2);
          return value.with(at, value[at] === 0x61 ? 0x62 : 0x61);
        }),
      },
    ],
    [
      "holds more than it says to cover",
      {
        table: "chains",
        tell: (entries) =>
          entries.map(({ key, value }) => {
            const row = decodeChainRow(chainOfKey(key), value);
            return { key, value: encodeChainRow({ ...row, counted: row.counted - 1 }) };
          }),
      },
    ],
  ])("%s", async (_, lie) => {
    const world = await openCompactingWorld();
    const a = await world.station(world.first, { openStore: lying(lie) });
    const b = await world.station(world.second);
    await fill(a);
    expect(await a.compact()).toMatchObject({ hasWritten: true });
    await meet(world, b, a);
    expect(await b.compact()).toMatchObject({ hasAttested: true, hasPruned: false });
    await meet(world, a, b);
    await until(() => a.engine.alarms.some(({ alarm }) => alarm.type === "CheckpointMismatch"));
    expect(await a.compact()).toMatchObject({ hasWritten: false, hasPruned: false });
    expect(await world.tidy()).toMatchObject({ trashedCount: 0 });
  });

  test("says nothing else than the truth, and then it all goes", async () => {
    const world = await openCompactingWorld();
    const a = await world.station(world.first, {
      openStore: lying({ table: "updates", tell: (entries) => entries }),
    });
    const b = await world.station(world.second);
    await fill(a);
    await a.compact();
    await meet(world, b, a);
    expect(await b.compact()).toMatchObject({ hasAttested: true, hasPruned: true });
    await meet(world, a, b);
    expect(await a.compact()).toMatchObject({ hasPruned: true });
    expect((await world.tidy()).trashedCount).toBeGreaterThanOrEqual(3);
  });
});

const canary = "canary-8f2d61c4";

test("a text that was deleted is in no body, blob or file once a checkpoint counts without it", async () => {
  const world = await openCompactingWorld();
  const a = await world.station(world.first);
  const b = await world.station(world.second);
  await a.write(canary);
  await meet(world, b, a);
  await a.erase(0, canary.length);
  await meet(world, b, a);
  await fill(a);
  await meet(world, b, a);
  // The control: it is there, and found, before.
  const before = await bodiesWith(world, a, canary);
  expect(before.length).toBe(1);
  expect(relayBodies(world).filter((body) => before.some((one) => isSame(one, body)))).toHaveLength(
    1,
  );
  for (const { folder } of [a, b]) expect(filesWith(folder, canary)).not.toEqual([]);

  await a.compact();
  await meet(world, b, a);
  expect(await b.compact()).toMatchObject({ hasAttested: true, hasPruned: true });
  await meet(world, a, b);
  expect(await a.compact()).toMatchObject({ hasPruned: true });
  await world.prune();
  const c = await world.station(world.third);
  await until(() => isSettled(world, c), 20_000);
  await c.compact();
  expect(await c.text()).toBe(await a.text());

  for (const station of [a, b, c]) {
    expect(await bodiesWith(world, station, canary)).toEqual([]);
    expect(await blobsWith(world, station, canary)).toEqual({ docCount: 3, withText: 0 });
    expect(filesWith(station.folder, canary)).toEqual([]);
  }
  expect(relayBodies(world).filter((body) => before.some((one) => isSame(one, body)))).toEqual([]);
});

test("[CP12] the relay gives up the blobs of a checkpoint once two newer ones count", async () => {
  const world = await openCompactingWorld();
  const { vault } = world.vault.state;
  const a = await world.station(world.first);
  const b = await world.station(world.second);
  const isThere = async (blobs: Awaited<ReturnType<typeof blobIdsIn>>): Promise<boolean> => {
    const found = await Promise.all(
      blobs.map((blob) => world.stores.blobStore.readChunk({ vault, blob }, 0)),
    );
    return found.every((chunk) => chunk !== undefined);
  };
  const round = async () => {
    await fill(a);
    await a.compact();
    await meet(world, b, a);
    await b.compact();
    await meet(world, a, b);
    await a.compact();
    return blobIdsIn(world, a);
  };
  const first = await round();
  expect(first.length).toBeGreaterThan(0);
  await round();
  expect(await isThere(first)).toBe(true);
  const third = await round();
  await world.prune();
  expect(await isThere(third)).toBe(true);
  expect(await isThere(first)).toBe(false);
});

test("after a purge no body, blob or file has the text once one checkpoint counts, though none was due", async () => {
  const world = await openCompactingWorld();
  const { vault } = world.vault.state;
  const a = await world.station(world.first);
  const b = await world.station(world.second);
  await a.write(canary);
  await fill(a);
  await meet(world, b, a);
  await a.compact();
  await meet(world, b, a);
  await b.compact();
  await meet(world, a, b);
  await a.compact();
  // The text is in a checkpoint that counts.
  const former = await blobIdsIn(world, a);
  const bodies = relayBodies(world);
  await a.erase(0, canary.length);
  await meet(world, b, a);
  expect(await a.compact()).toMatchObject({ hasWritten: false });
  expect((await a.engine.purge(vault)).ok).toBe(true);
  expect(await a.compact()).toMatchObject({ hasWritten: true });
  await meet(world, b, a);
  expect(await b.compact()).toMatchObject({ hasAttested: true, hasPruned: true });
  await meet(world, a, b);
  expect(await a.compact()).toMatchObject({ hasPruned: true });
  await world.prune();
  for (const blob of former)
    expect(await world.stores.blobStore.readChunk({ vault, blob }, 0)).toBe(undefined);
  // Of what was there nothing is left but the openings, and beacons that no full one has followed.
  const left = relayBodies(world).filter((body) => bodies.some((one) => isSame(one, body)));
  expect(left.every((body) => body.length < 2_000)).toBe(true);
  const c = await world.station(world.third);
  await until(() => isSettled(world, c), 20_000);
  await c.compact();
  expect(await c.text()).toBe(await a.text());
  for (const station of [a, b, c]) {
    expect(await bodiesWith(world, station, canary)).toEqual([]);
    expect(filesWith(station.folder, canary)).toEqual([]);
  }
});

/** A disk that takes so many commits more, and then none: what a crash behind that commit would leave. */
const createDyingDisk = () => {
  const disk = createMemoryDisk();
  let leftCount = Infinity;
  return {
    open: (): LocalStore =>
      openMemoryLocalStore(disk, {
        refuse: () => {
          leftCount -= 1;
          return leftCount < 0 ? { type: "StoreFull" } : undefined;
        },
      }),
    take: (count: number): void => {
      leftCount = count;
    },
    get hasRefused() {
      return leftCount < 0;
    },
  };
};

type Live = (
  world: World,
  station: Station,
  disk: ReturnType<typeof createDyingDisk>,
  count: number,
) => Promise<void>;

/** What is there is compacted, with so many commits. */
const compacting: Live = async (_, station, disk, count) => {
  await until(() => station.vault.status.isCaughtUp, 20_000);
  disk.take(count);
  await station.compact();
};

/** It comes new, and takes what it can with so many commits. */
const arriving: Live = async (world, station, disk, count) => {
  disk.take(count);
  await until(() => disk.hasRefused || isSettled(world, station), 20_000);
};

/** One life after the other, each a commit longer, until one outlives it. How many it took. */
const dieAgain = async (
  world: World,
  device: Parameters<World["station"]>[0],
  disk: ReturnType<typeof createDyingDisk>,
  live: Live,
): Promise<number> => {
  for (let lifeCount = 1; ; lifeCount += 1) {
    const station = await world.station(device, { openStore: disk.open });
    await live(world, station, disk, lifeCount - 1);
    const isOver = !disk.hasRefused;
    disk.take(Infinity);
    await station.close();
    if (isOver) return lifeCount;
  }
};

test("a crash behind any commit costs nothing: of writing, attesting, dropping, loading", async () => {
  const world = await openCompactingWorld();
  const disks = { a: createDyingDisk(), b: createDyingDisk(), c: createDyingDisk() };
  const first = await world.station(world.first, { openStore: disks.a.open });
  await fill(first);
  const text = await first.text();
  await first.close();
  // Its blob, the draft, the envelope.
  expect(await dieAgain(world, world.first, disks.a, compacting)).toBeGreaterThan(3);
  expect(await dieAgain(world, world.second, disks.b, compacting)).toBeGreaterThan(5);
  expect(await dieAgain(world, world.first, disks.a, compacting)).toBeGreaterThan(5);
  expect(await world.prune()).toBeGreaterThanOrEqual(3);
  expect(await dieAgain(world, world.third, disks.c, arriving)).toBeGreaterThan(5);
  const stations = await Promise.all([
    world.station(world.first, { openStore: disks.a.open }),
    world.station(world.second, { openStore: disks.b.open }),
    world.station(world.third, { openStore: disks.c.open }),
  ]);
  for (const station of stations) {
    await until(() => isSettled(world, station), 20_000);
    expect(await station.text()).toBe(text);
    expect(await saidIn(world, station)).toEqual({ checkpoints: 1, attests: 1 });
  }
});

/** The chain of that device ends at that envelope, for everybody. */
const cutAt = async (world: World, by: Station, device: DeviceId, seq: number): Promise<void> => {
  const { vault } = world.vault.state;
  const row = [...by.engine.chains(vault)].find((one) => one.device === device);
  assert(row !== undefined, "it has a chain");
  const [envelope] = await readEnvelopes({ store: by.store, vault }, row.chain, seq, seq + 1);
  assert(envelope !== undefined, "the chain goes that far");
  const { incarnation } = row;
  const cuts = [{ device, chains: [{ incarnation, seq, id: envelopeIdOf(envelope.head) }] }];
  const posted = await by.engine.post({ kind: LogKind.Vault, log: vault }, () => {
    const state = by.engine.vaultLog(vault);
    const identity = by.engine.identity(world.person.state.user);
    assert(state !== undefined && identity !== undefined, "the logs are here");
    return cutRecord(state, { device: world.first, identity }, "cutDevice", { identity, cuts });
  });
  expect(posted).toEqual({ ok: true, value: undefined });
};

const seqOf = (world: World, { engine }: Station, device: DeviceId): number =>
  [...engine.chains(world.vault.state.vault)].find((one) => one.device === device)?.head.at ?? 0;

/** A, B and C have a checkpoint behind them, and dropped what it covers. C's last word is in it. */
const pruned = async () => {
  const world = await openCompactingWorld();
  const a = await world.station(world.first);
  const b = await world.station(world.second);
  const c = await world.station(world.third);
  await fill(a);
  await meet(world, c, a);
  await c.write("early ");
  const earlySeq = seqOf(world, c, world.third.id);
  await c.write("late ");
  await meet(world, a, c);
  await meet(world, b, c);
  expect(await a.compact()).toMatchObject({ hasWritten: true });
  await meet(world, b, a);
  expect(await b.compact()).toMatchObject({ hasAttested: true, hasPruned: true });
  await meet(world, a, b);
  expect(await a.compact()).toMatchObject({ hasPruned: true });
  return { world, a, b, c, earlySeq };
};

test("behind a cut what counts is made anew from the checkpoint, where bodies are gone", async () => {
  const { world, a, b, c } = await pruned();
  expect(await world.prune()).toBeGreaterThanOrEqual(5);
  await c.write("kept ");
  const keptSeq = seqOf(world, c, world.third.id);
  await c.write("cut away ");
  await meet(world, a, c);
  await meet(world, b, c);
  await cutAt(world, a, world.third.id, keptSeq);
  for (const station of [a, b]) {
    await untilText(station, (text) => text.endsWith("early late kept "));
    expect(station.vault.status.heldCount).toBe(0);
  }
  expect(await b.digest()).toBe(await a.digest());
});

test("a checkpoint that covers past a cut is void, and the bodies come back from the relay's trash", async () => {
  const { world, a, b, earlySeq } = await pruned();
  expect((await world.tidy()).trashedCount).toBeGreaterThanOrEqual(5);
  await cutAt(world, a, world.third.id, earlySeq);
  await until(() => a.vault.status.heldCount > 0 && b.vault.status.heldCount > 0, 20_000);
  expect((await world.tidy()).restoredCount).toBeGreaterThanOrEqual(5);
  for (const station of [a, b]) {
    station.engine.disconnect();
    await until(() => !station.vault.status.isCaughtUp, 20_000);
    station.engine.connect();
    await untilText(station, (text) => text.endsWith("early "));
    expect(station.vault.status.heldCount).toBe(0);
  }
  expect(await b.digest()).toBe(await a.digest());
});

const untilText = async (station: Station, isSo: (text: string) => boolean): Promise<void> => {
  for (let count = 0; count < 500; count += 1) {
    if (isSo(await station.text()) && station.vault.status.heldCount === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  expect((await station.text()).slice(-80)).toBe("as it should be");
};
