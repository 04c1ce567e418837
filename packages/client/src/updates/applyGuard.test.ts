import { expect, test } from "vitest";
import { createManualClock } from "../testing/manualClock.ts";
import {
  type ApplyGuard,
  type ApplyWork,
  createApplyGuard,
  type GuardListener,
  type WorkerOrder,
} from "./applyGuard.ts";

const state = [Uint8Array.of(0, 0)];
const update = Uint8Array.of(7);
const workAt = (changeCount: number, document = "one"): ApplyWork => ({
  document,
  changeCount,
  state: async () => state,
  updates: [update],
});
const work = workAt(0);
const first: WorkerOrder = { state, known: [], updates: [update] };

/** A worker that says what the test says. */
const createWorld = () => {
  const clock = createManualClock();
  const started: { listener: GuardListener; posted: WorkerOrder[]; isStopped: boolean }[] = [];
  const guard = createApplyGuard({
    clock,
    startWorker: (listener) => {
      const one = { listener, posted: [] as WorkerOrder[], isStopped: false };
      started.push(one);
      return {
        post: (posted) => void one.posted.push(posted),
        stop: () => {
          one.isStopped = true;
        },
      };
    },
  });
  const worker = async (at: number) => {
    for (let round = 0; started[at] === undefined && round < 10; round += 1)
      await Promise.resolve();
    const one = started[at];
    if (one === undefined) throw new Error("not started");
    return one;
  };
  return { clock, guard, started, worker };
};

const outcomeOf = async (result: ReturnType<ApplyGuard["apply"]>): Promise<string> => {
  const outcome = await result;
  return outcome.ok ? "applied" : outcome.error.type;
};

test("the budget begins when the state is loaded, and its end stops the worker", async () => {
  const { clock, guard, worker } = createWorld();
  const result = guard.apply(work);
  const one = await worker(0);
  clock.pass(20_000);
  one.listener.heard({ kind: "ready" });
  expect(one.posted).toEqual([first]);
  clock.pass(20_000);
  one.listener.heard({ kind: "loaded" });
  clock.pass(499);
  expect(one.isStopped).toBe(false);
  clock.pass(1);
  expect(one.isStopped).toBe(true);
  expect(await result).toEqual({ ok: false, error: { type: "TookTooLong", budgetMs: 500 } });
});

test("a worker that never gets ready is stopped too", async () => {
  const { clock, guard, worker } = createWorld();
  const result = guard.apply(work);
  const one = await worker(0);
  clock.pass(60_000);
  expect(one.isStopped).toBe(true);
  expect(await outcomeOf(result)).toBe("TookTooLong");
});

test("one work begins when the one before has ended, each document in a worker of its own", async () => {
  const { guard, started, worker } = createWorld();
  const results = [guard.apply(work), guard.apply(workAt(0, "other"))];
  const one = await worker(0);
  expect(started.length).toBe(1);
  one.listener.heard({ kind: "ready" });
  one.listener.heard({ kind: "applied" });
  const two = await worker(1);
  expect(one.isStopped).toBe(true);
  two.listener.failed({ type: "TookTooMuch" });
  expect(await Promise.all(results.map(outcomeOf))).toEqual(["applied", "TookTooMuch"]);
});

test("what a worker says after its end changes nothing", async () => {
  const { clock, guard, worker } = createWorld();
  const result = guard.apply(work);
  const one = await worker(0);
  one.listener.heard({ kind: "ready" });
  one.listener.heard({ kind: "threw" });
  one.listener.failed({ type: "GuardUnavailable" });
  one.listener.heard({ kind: "ready" });
  one.listener.heard({ kind: "applied" });
  expect(one.posted.length).toBe(1);
  clock.pass(60_000);
  expect(await outcomeOf(result)).toBe("ApplyThrew");
  const next = guard.apply(work);
  (await worker(1)).listener.heard({ kind: "applied" });
  expect(await outcomeOf(next)).toBe("applied");
});

test("a platform that has no worker to give makes the guard unavailable, not broken", async () => {
  const guard = createApplyGuard({
    clock: createManualClock(),
    startWorker: () => {
      throw new TypeError("no workers here");
    },
  });
  const results = [guard.apply(work), guard.apply(work)];
  expect(await Promise.all(results.map(outcomeOf))).toEqual([
    "GuardUnavailable",
    "GuardUnavailable",
  ]);
});

const settled = async (): Promise<void> => {
  for (let round = 0; round < 10; round += 1) await Promise.resolve();
};

test("a worker that has the document goes on with it, and is given what it was told meanwhile", async () => {
  const { guard, started, worker } = createWorld();
  const results = [guard.apply(work)];
  const one = await worker(0);
  one.listener.heard({ kind: "ready" });
  one.listener.heard({ kind: "applied" });
  await settled();
  const passed = Uint8Array.of(9);
  guard.passed({ document: "other", changeCount: 1, update });
  guard.passed({ document: "one", changeCount: 1, update: passed });
  // Not the next change of it.
  guard.passed({ document: "one", changeCount: 1, update });
  results.push(guard.apply(workAt(2)));
  await settled();
  expect(started.length).toBe(1);
  expect(one.posted).toEqual([first, { state: undefined, known: [passed], updates: [update] }]);
  one.listener.heard({ kind: "loaded" });
  one.listener.heard({ kind: "applied" });
  expect(await Promise.all(results.map(outcomeOf))).toEqual(["applied", "applied"]);
});

test("a worker is given up where the document has changed in another way, and some seconds after its work", async () => {
  const { clock, guard, started, worker } = createWorld();
  const results = [guard.apply(work)];
  const one = await worker(0);
  one.listener.heard({ kind: "ready" });
  one.listener.heard({ kind: "applied" });
  await settled();
  expect(one.isStopped).toBe(false);
  results.push(guard.apply(workAt(2)));
  const two = await worker(1);
  expect(one.isStopped).toBe(true);
  two.listener.heard({ kind: "ready" });
  expect(two.posted).toEqual([first]);
  two.listener.heard({ kind: "applied" });
  await settled();
  clock.pass(60_000);
  expect(two.isStopped).toBe(true);
  expect(started.length).toBe(2);
  expect(await Promise.all(results.map(outcomeOf))).toEqual(["applied", "applied"]);
});

test("what could not be applied ends its worker, and the next work begins anew", async () => {
  const { guard, worker } = createWorld();
  const results = [guard.apply(work)];
  const one = await worker(0);
  one.listener.heard({ kind: "ready" });
  one.listener.heard({ kind: "threw" });
  results.push(guard.apply(work));
  const two = await worker(1);
  expect(one.isStopped).toBe(true);
  two.listener.heard({ kind: "ready" });
  expect(two.posted).toEqual([first]);
  two.listener.heard({ kind: "applied" });
  expect(await Promise.all(results.map(outcomeOf))).toEqual(["ApplyThrew", "applied"]);
});
