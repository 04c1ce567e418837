/** The parts of the world, each against what it promises the rest. */
import { ok } from "@duro/crypto/types";
import { afterEach, describe, expect, test } from "vitest";
import { localStoreContract } from "../../packages/client/src/testing/localStore.contract.ts";
import { createDisk } from "./disk.ts";
import { createPipe } from "./pipe.ts";
import { createRareStates } from "./rareStates.ts";
import { createRng } from "./rng.ts";
import { createScheduler, type Scheduler } from "./scheduler.ts";

const pace = { commitMs: 5, slowReadProbability: 0.2 };

const createDiskWith = (seed: string) => {
  const scheduler = createScheduler(createRng(`${seed}/scheduler`));
  const rare = createRareStates();
  return { scheduler, rare, disk: createDisk({ scheduler, rng: createRng(seed), rare }, pace) };
};

/** Lets virtual time pass for a test that knows nothing of it. */
const keepGoing = (scheduler: Scheduler): (() => void) => {
  const ended = new AbortController();
  const go = async (): Promise<void> => {
    while (!ended.signal.aborted) await scheduler.runUntil(scheduler.nowMs + 1_000);
  };
  void go();
  return () => ended.abort();
};

const stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

localStoreContract("the simulation's disk", async () => {
  const { scheduler, disk } = createDiskWith("contract");
  stops.push(keepGoing(scheduler));
  return { open: async () => disk.open(), remove: async () => {} };
});

describe("the scheduler", () => {
  test("events come in the order of their times, and what one sets going is done before the next", async () => {
    const scheduler = createScheduler(createRng("order"));
    const seen: string[] = [];
    scheduler.after(20, () => seen.push("late"));
    scheduler.after(10, () => {
      const chain = async (): Promise<void> => {
        for (let turn = 0; turn < 1_000; turn++) await Promise.resolve();
        seen.push("settled");
      };
      void chain();
    });
    const cancel = scheduler.after(15, () => seen.push("cancelled"));
    scheduler.after(10.5, cancel);
    await scheduler.runUntil(100);
    expect(seen).toEqual(["settled", "late"]);
    expect(scheduler.nowMs).toBe(100);
  });

  test("what leaves the process is waited for", async () => {
    const scheduler = createScheduler(createRng("held"));
    const seen: string[] = [];
    scheduler.after(1, () => {
      const slow = new Promise<void>((resolve) => void setTimeout(resolve, 20));
      scheduler.holdFor(slow.then(() => seen.push("came back")));
    });
    scheduler.after(2, () => seen.push("next"));
    await scheduler.runUntil(10);
    expect(seen).toEqual(["came back", "next"]);
  });
});

describe("a pipe", () => {
  test("frames arrive in their order whatever each of them takes", async () => {
    const scheduler = createScheduler(createRng("pipe"));
    const linePace = { latencyMs: 300, bytesPerMs: 3, isStalled: false };
    const seen: number[] = [];
    const deps = { scheduler, rng: createRng("latency"), pace: linePace, onStalled: () => {} };
    const pipe = createPipe(deps, ([first = 0]) => seen.push(first));
    for (let frame = 0; frame < 100; frame++) pipe.send(Uint8Array.of(frame, 0), () => {});
    await scheduler.runUntil(100);
    linePace.isStalled = true;
    await scheduler.runUntil(5_000);
    expect(seen.length).toBeLessThan(100);
    linePace.isStalled = false;
    pipe.resume();
    await scheduler.runUntil(60_000);
    expect(seen).toEqual(Array.from({ length: 100 }, (_, frame) => frame));
  });

  test("a slow line shows what waits with the sender", async () => {
    const scheduler = createScheduler(createRng("slow"));
    const linePace = { latencyMs: 1, bytesPerMs: 1, isStalled: false };
    const deps = { scheduler, rng: createRng("latency"), pace: linePace, onStalled: () => {} };
    const pipe = createPipe(deps, () => {});
    pipe.send(new Uint8Array(100), () => {});
    pipe.send(new Uint8Array(100), () => {});
    await scheduler.runUntil(150);
    expect(pipe.bufferedByteLength).toBe(100);
    await scheduler.runUntil(250);
    expect(pipe.bufferedByteLength).toBe(0);
  });
});

describe("a disk that crashes", () => {
  test("takes what may be lost with all behind it, and nothing before what is durable", async () => {
    const left = new Set<number>();
    for (let seed = 1; seed <= 40; seed++) {
      const { scheduler, disk } = createDiskWith(`may be lost ${seed}`);
      const store = disk.open();
      const durabilities = ["now", "later", "now", "later", "later"] as const;
      let confirmedCount = 0;
      for (const [at, durability] of durabilities.entries()) {
        const key = Uint8Array.of(at);
        void store
          .commit([{ kind: "put", table: "facts", key, value: key }], { durability })
          .then(() => (confirmedCount += 1));
      }
      await scheduler.runUntil(10_000);
      expect(confirmedCount).toBe(5);
      disk.crash();
      const entries = disk.image.get("facts") ?? [];
      expect(entries.map(({ key }) => key[0])).toEqual([0, 1, 2, 3, 4].slice(0, entries.length));
      left.add(entries.length);
    }
    expect(left).toEqual(new Set([3, 4, 5]));
  });

  test("keeps what was confirmed, and of the rest some first part", async () => {
    const keptCounts = new Set<number>();
    for (let seed = 0; seed < 60; seed++) {
      const { scheduler, disk } = createDiskWith(`crash ${seed}`);
      const store = disk.open();
      const confirmed: number[] = [];
      for (let at = 0; at < 5; at++)
        void store
          .commit([{ kind: "put", table: "facts", key: Uint8Array.of(at), value: Uint8Array.of() }])
          .then(() => confirmed.push(at));
      await scheduler.runUntil(20);
      disk.crash();
      await scheduler.runUntil(1_000);
      const entries = disk.image.get("facts") ?? [];
      expect(entries.map(({ key }) => key[0])).toEqual(entries.map((_, at) => at));
      expect(entries.length).toBeGreaterThanOrEqual(confirmed.length);
      keptCounts.add(entries.length - confirmed.length);
    }
    expect(keptCounts.size).toBeGreaterThan(2);
  });

  test("without room takes nothing and says so", async () => {
    const { scheduler, disk } = createDiskWith("full");
    const store = disk.open();
    disk.isFull = true;
    const commit = store.commit([
      { kind: "put", table: "facts", key: Uint8Array.of(1), value: Uint8Array.of(1) },
    ]);
    await scheduler.runUntil(1_000);
    expect(await commit).toEqual({ ok: false, error: { type: "StoreFull" } });
    disk.isFull = false;
    const again = store.commit([]);
    await scheduler.runUntil(2_000);
    expect(await again).toEqual(ok(undefined));
    expect(disk.image.get("facts")).toEqual([]);
  });
});
