import { expect, test } from "vitest";
import { createManualClock } from "../testing/manualClock.ts";
import { createTurns } from "./turns.ts";

/** Whether it waits for a turn of the others. */
const waits = async (work: Promise<void>): Promise<boolean> => {
  let isDone = false;
  void (async () => {
    await work;
    isDone = true;
  })();
  // More microtasks than it takes where nothing is waited for.
  for (let count = 0; count < 8; count += 1) await Promise.resolve();
  return !isDone;
};

test("what begins after a pause waits for nothing, however long the pause was", async () => {
  const clock = createManualClock();
  const nextTurn = createTurns(clock);
  expect(await waits(nextTurn())).toBe(false);
  clock.pass(1_000);
  expect(await waits(nextTurn())).toBe(false);
});

test("work that lasts gives others a turn, and then goes on", async () => {
  let nowMs = 0;
  const due: (() => void)[] = [];
  const nextTurn = createTurns({
    nowMs: () => nowMs,
    after: (_, work) => {
      due.push(work);
      return () => {};
    },
  });
  expect(await waits(nextTurn())).toBe(false);
  nowMs = 7;
  expect(await waits(nextTurn())).toBe(false);
  nowMs = 8;
  const waiting = nextTurn();
  expect(await waits(waiting)).toBe(true);
  for (const work of due.splice(0)) work();
  await waiting;
  expect(await waits(nextTurn())).toBe(false);
});
