import { expect, test } from "vitest";
import { createManualClock } from "../testing/manualClock.ts";
import { createWriteTurns } from "./writeTurns.ts";

/** A disk that takes so long for each write. */
const start = (writeMs: number) => {
  const clock = createManualClock();
  const jobs: Promise<void>[] = [];
  const writtenAtMs: number[] = [];
  const turns = createWriteTurns({
    clock,
    begin: (job) => void jobs.push(job()),
    write: async () => {
      writtenAtMs.push(clock.nowMs());
      clock.pass(writeMs);
    },
  });
  const settle = async (): Promise<void> => {
    while (jobs.length > 0) await jobs.shift();
  };
  return { clock, turns, writtenAtMs, settle };
};

test("the first edit is written at once, and so is one that comes when the disk has rested", async () => {
  const { clock, turns, writtenAtMs, settle } = start(2);
  turns.edited();
  await settle();
  clock.pass(4);
  turns.edited();
  await settle();
  expect(writtenAtMs).toEqual([0, 6]);
});

test("edits that come right behind a write gather for twice as long as it took", async () => {
  const { clock, turns, writtenAtMs, settle } = start(2);
  turns.edited();
  await settle();
  turns.edited();
  turns.edited();
  clock.pass(3);
  await settle();
  expect(writtenAtMs).toEqual([0]);
  clock.pass(1);
  await settle();
  expect(writtenAtMs).toEqual([0, 6]);
});

test("however slow the disk is, they wait no longer than twenty milliseconds", async () => {
  const { clock, turns, writtenAtMs, settle } = start(1_000);
  turns.edited();
  await settle();
  turns.edited();
  clock.pass(20);
  await settle();
  expect(writtenAtMs).toEqual([0, 1_020]);
});

test("whoever writes at once leaves nothing to be written later", async () => {
  const { clock, turns, writtenAtMs, settle } = start(2);
  turns.edited();
  await settle();
  turns.edited();
  await turns.job();
  clock.pass(100);
  await settle();
  expect(writtenAtMs).toEqual([0, 2]);
});

test("nothing comes after a stop", async () => {
  const { clock, turns, writtenAtMs, settle } = start(2);
  turns.edited();
  await settle();
  turns.edited();
  turns.stop();
  clock.pass(100);
  await settle();
  expect(writtenAtMs).toEqual([0]);
});
