import { expect, test } from "vitest";
import { createManualClock } from "../testing/manualClock.ts";
import {
  type ApplyGuard,
  type ApplyWork,
  createApplyGuard,
  type GuardListener,
} from "./applyGuard.ts";

const work: ApplyWork = { state: Uint8Array.of(0, 0), updates: [] };

/** A worker that says what the test says. */
const createWorld = () => {
  const clock = createManualClock();
  const started: { listener: GuardListener; posted: ApplyWork[]; isStopped: boolean }[] = [];
  const guard = createApplyGuard({
    clock,
    startWorker: (listener) => {
      const one = { listener, posted: [] as ApplyWork[], isStopped: false };
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
  expect(one.posted).toEqual([work]);
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

test("one work begins when the one before has ended, each in a worker of its own", async () => {
  const { guard, started, worker } = createWorld();
  const results = [guard.apply(work), guard.apply(work)];
  const one = await worker(0);
  expect(started.length).toBe(1);
  one.listener.heard({ kind: "ready" });
  one.listener.heard({ kind: "applied", state: Uint8Array.of(1) });
  expect(one.isStopped).toBe(true);
  const two = await worker(1);
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
  one.listener.heard({ kind: "applied", state: Uint8Array.of(1) });
  expect(one.posted.length).toBe(1);
  clock.pass(60_000);
  expect(await outcomeOf(result)).toBe("ApplyThrew");
  const next = guard.apply(work);
  (await worker(1)).listener.heard({ kind: "applied", state: Uint8Array.of(2) });
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
