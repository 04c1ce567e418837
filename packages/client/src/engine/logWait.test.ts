/** What a relay refused for want of a record goes again when it has the record, and not in a tight loop. */
import { expect, test } from "vitest";
import { createManualClock } from "../testing/manualClock.ts";
import { createLogWait, logWaitMs } from "./logWait.ts";

const open = () => {
  const clock = createManualClock();
  const put: string[] = [];
  const wait = createLogWait<string>({
    clock,
    again: (refused) => put.push([...refused].join(" ")),
  });
  return { clock, put, wait };
};

test("all that was refused goes again at once when a log has grown, and once", () => {
  const { clock, put, wait } = open();
  wait.logGrew();
  wait.refused("one");
  wait.refused("two");
  expect(put).toEqual([]);
  wait.logGrew();
  wait.logGrew();
  clock.pass(2 * logWaitMs.most);
  expect(put).toEqual(["one two"]);
});

test("where nothing grows it goes again after a while that doubles up to a bound", () => {
  const clock = createManualClock();
  const atMs: number[] = [];
  const refusing = createLogWait<string>({
    clock,
    again: () => {
      atMs.push(clock.nowMs());
      refusing.refused("one");
    },
  });
  refusing.refused("one");
  clock.pass(1_500_000);
  const waitsMs = atMs.map((one, at) => one - (atMs[at - 1] ?? 0));
  expect(waitsMs.slice(0, 4)).toEqual([1_000, 2_000, 4_000, 8_000]);
  expect(waitsMs.slice(-3)).toEqual([logWaitMs.most, logWaitMs.most, logWaitMs.most]);
});

test("with the connection it is over, and the next one begins with a short wait", () => {
  const { clock, put, wait } = open();
  wait.refused("one");
  clock.pass(logWaitMs.first);
  wait.refused("two");
  wait.stop();
  clock.pass(logWaitMs.most);
  wait.logGrew();
  expect(put).toEqual(["one"]);
  wait.refused("three");
  clock.pass(logWaitMs.first);
  expect(put).toEqual(["one", "three"]);
});
