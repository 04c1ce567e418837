/**
 * What the answers to attacks rest on: that a crash anywhere leaves either all or nothing of a job. Each
 * commit of one life in turn is the last one, kept or not, and the next life goes on from there.
 */
import { envelopesToRun } from "@duro/protocol";
import { describe, expect, test } from "vitest";
import { openMemoryLocalStore } from "../../../packages/client/src/testing/memoryLocalStore.ts";
import type { MemoryDisk } from "../../../packages/client/src/testing/memoryLocalStore.ts";
import type { LocalStore } from "../../../packages/client/src/ports/localStore.ts";
import { createAuthor } from "./tools/author.ts";
import { openOwnStations } from "./tools/rooms.ts";
import { envelopesOf, splitRuns } from "./tools/runs.ts";
import { docOf, type Station } from "./tools/station.ts";

/** Behind that many commits nothing is kept any more, and nobody hears of it. */
const endingStore = (disk: MemoryDisk, endAt: number): LocalStore & { readonly count: number } => {
  const store = openMemoryLocalStore(disk);
  let count = 0;
  return {
    ...store,
    get count() {
      return count;
    },
    commit: (writes) => {
      count += 1;
      return count > endAt ? new Promise(() => {}) : store.commit(writes);
    },
  };
};

/** What came of the work until it was done, or until nothing moved any more. */
const untilStuck = async (work: Promise<unknown>): Promise<void> => {
  const turns = async (): Promise<void> => {
    for (let turn = 0; turn < 40; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  };
  await Promise.race([work, turns()]);
};

const rowCount = ({ tables }: MemoryDisk, table: "updates" | "outbox" | "envelopes"): number =>
  tables.get(table)?.length ?? 0;

/** Lives of `work`, each ending one commit later than the one before, until one is whole. */
const inEveryLife = async (
  start: () => MemoryDisk,
  open: (disk: MemoryDisk, store: LocalStore) => Promise<Station>,
  work: (station: Station) => Promise<void>,
  check: (disk: MemoryDisk, endAt: number) => Promise<void>,
): Promise<number> => {
  for (let endAt = 1; ; endAt += 1) {
    const disk = start();
    const store = endingStore(disk, endAt);
    let isWhole = false;
    const life = async (): Promise<void> => {
      await work(await open(disk, store));
      isWhole = true;
    };
    await untilStuck(life());
    await check(disk, endAt);
    if (isWhole && store.count <= endAt) return endAt;
  }
};

describe("a crash at any commit", () => {
  test("of sealing leaves each edit either to be sealed or in an envelope, and in its document", async () => {
    const { open, vault } = await openOwnStations(1);
    const first = await open(0);
    await first.type("one");
    const { tables } = first.disk;
    await inEveryLife(
      () => ({ tables }),
      (disk, store) => open(0, { disk, store }),
      (station) => station.sealAll(),
      async (disk) => {
        expect(rowCount(disk, "outbox") + Math.min(1, rowCount(disk, "envelopes"))).toBe(1);
        const again = await open(0, { disk });
        await again.sealAll();
        const edits = envelopesOf(vault, again.puts).filter(({ head }) => head.seq > 1);
        expect(edits.length).toBe(1);
        expect(await again.text()).toBe("one");
      },
    );
  });

  test("of hearing others leaves a mark where what it speaks of is, so that nothing comes twice", async () => {
    const { open, vault } = await openOwnStations(2);
    const writer = await open(0);
    for (const word of ["a", "b"]) {
      await writer.type(word);
      await writer.type(word, docOf(2));
      await writer.sealAll();
    }
    const runs = splitRuns(vault, writer.puts);
    const reader = await open(1);
    const { tables } = reader.disk;
    const whole = await open(1, { disk: { tables } });
    await whole.hear(...runs);
    const updateCount = rowCount(whole.disk, "updates");
    await inEveryLife(
      () => ({ tables }),
      (disk, store) => open(1, { disk, store }),
      (station) => station.hear(...runs),
      async (disk) => {
        const again = await open(1, { disk });
        await again.hear(...runs);
        expect(rowCount(disk, "updates")).toBe(updateCount);
        expect([await again.text(), await again.text(docOf(2))]).toEqual(["ab", "ab"]);
        expect(again.failures).toEqual([]);
      },
    );
  });

  test("of an edit that is sealed at once leaves both or neither", async () => {
    const { open, vault } = await openOwnStations(1);
    const first = await open(0);
    const { tables } = first.disk;
    await inEveryLife(
      () => ({ tables }),
      (disk, store) => open(0, { disk, store, isIdle: true }),
      (station) => station.type("one"),
      async (disk) => {
        expect(rowCount(disk, "outbox")).toBe(0);
        expect(rowCount(disk, "envelopes")).toBe(2 * rowCount(disk, "updates"));
        const again = await open(0, { disk });
        expect(await again.text()).toBe(rowCount(disk, "updates") === 0 ? "" : "one");
        expect(envelopesOf(vault, again.puts).length).toBe(rowCount(disk, "envelopes"));
      },
    );
  });

  test("of an edit shows it nowhere before it is kept, and then in outbox and document alike", async () => {
    const { open } = await openOwnStations(1);
    const first = await open(0);
    const { tables } = first.disk;
    await inEveryLife(
      () => ({ tables }),
      (disk, store) => open(0, { disk, store }),
      (station) => station.type("one"),
      async (disk) => {
        expect(rowCount(disk, "outbox")).toBe(rowCount(disk, "updates"));
        const again = await open(0, { disk });
        expect(await again.text()).toBe(rowCount(disk, "outbox") === 0 ? "" : "one");
      },
    );
  });
});

/** What a loss of power leaves: all up to the newest commit that may not be lost. */
const lossyStore = (disk: MemoryDisk) => {
  const store = openMemoryLocalStore(disk);
  let { tables } = disk;
  return {
    ...store,
    commit: async (writes, { durability = "now" } = {}) => {
      const committed = await store.commit(writes);
      if (durability === "now") ({ tables } = disk);
      return committed;
    },
    left: (): MemoryDisk => ({ tables }),
  } satisfies LocalStore & { readonly left: () => MemoryDisk };
};

describe("a loss of power", () => {
  const talking = async (isIdle: boolean) => {
    const { open } = await openOwnStations(2);
    const other = await open(0);
    await other.type("theirs ");
    await other.sealAll();
    const fresh = await open(1);
    const disk = { tables: fresh.disk.tables };
    const store = lossyStore(disk);
    const station = await open(1, { disk, store, isIdle });
    return { open, other, store, station };
  };

  test("takes what others wrote and comes again, and nothing that rests on it", async () => {
    const { open, other, store, station } = await talking(true);
    await station.hear(...other.puts);
    const before = await open(1, { disk: store.left() });
    expect(await before.text()).toBe("");
    await before.hear(...other.puts);
    expect(await before.text()).toBe("theirs ");
    await station.type("ours");
    const behind = await open(1, { disk: store.left() });
    expect(await behind.text()).toBe("theirs ours");
    expect([...before.failures, ...behind.failures]).toEqual([]);
  });

  test.each([true, false])("forgets nothing that was put", async (isIdle) => {
    const { open, store, station } = await talking(isIdle);
    await station.type("one ");
    await station.sealAll();
    expect(station.puts.length).toBeGreaterThan(0);
    const again = await open(1, { disk: store.left() });
    expect(again.counted).toEqual(station.counted);
    expect(again.puts).toEqual(station.puts);
  });

  test.each([true, false])(
    "takes no edit that was confirmed, sealed with it or not",
    async (isIdle) => {
      const { open, store, station } = await talking(isIdle);
      await station.type("one");
      const disk = store.left();
      expect(rowCount(disk, "outbox")).toBe(isIdle ? 0 : 1);
      expect(rowCount(disk, "envelopes")).toBe(isIdle ? 2 : 0);
      const again = await open(1, { disk });
      expect(await again.text()).toBe("one");
    },
  );

  test("leaves an alarm that was told", async () => {
    const { room, open } = await openOwnStations(2);
    const fresh = await open(1);
    const store = lossyStore({ tables: fresh.disk.tables });
    const station = await open(1, { store });
    const hostile = createAuthor(room, room.person.state.user, room.person.device);
    hostile.open();
    hostile.data(new Uint8Array(64).fill(255));
    await station.hear(envelopesToRun(hostile.written));
    expect(station.alarms).toEqual(["ChainVoid"]);
    const again = await open(1, { disk: store.left() });
    expect(again.alarms).toContain("ChainVoid");
  });

  test("takes no receipt that an edit was committed behind", async () => {
    const { open, store, station } = await talking(false);
    await station.type("one");
    await station.sealAll();
    const [run] = station.puts;
    if (run === undefined) throw new Error("it has put");
    await station.receipt(run);
    await station.type("two");
    const again = await open(1, { disk: store.left() });
    expect(again.core.watch.state.receipts.length).toBe(1);
  });
});

test("an open document is told of others' edits only once they are kept", async () => {
  const { open } = await openOwnStations(2);
  const writer = await open(0);
  await writer.type("one");
  await writer.sealAll();
  const reader = await open(1);
  const { tables } = reader.disk;
  const store = endingStore({ tables }, 3);
  const life = await open(1, { disk: { tables }, store });
  const { ydoc } = await life.core.hold(docOf(1));
  const left = 3 - store.count;
  expect(left).toBeGreaterThanOrEqual(0);
  for (let count = 0; count < left; count += 1) await store.commit([]);
  await untilStuck(life.hear(...writer.puts));
  expect(ydoc.getText("t").toJSON()).toBe("");
});

test("nothing is put before it is kept", async () => {
  const { open } = await openOwnStations(1);
  const first = await open(0);
  await first.type("one");
  const disk = { tables: first.disk.tables };
  const store = endingStore(disk, 20);
  const life = await open(0, { disk, store });
  while (store.count < 20) await store.commit([]);
  await untilStuck(life.sealAll());
  expect(life.puts).toEqual([]);
});
