import { describe, expect, test } from "vitest";
import type { Clock } from "../ports/clock.ts";

export interface ClockPlace {
  readonly clock: Clock;
  /** Lets at least that much time go by. */
  readonly pass: (ms: number) => Promise<void>;
}

/** Far above what a timer is off by, far below what a test may take. */
const shortMs = 20;
const nextYearMs = 366 * 24 * 3_600_000;

export const clockContract = (adapter: string, createPlace: () => ClockPlace): void => {
  describe(`Clock contract, ${adapter}`, () => {
    test("what is asked for is done once, and never before its time", async () => {
      const { clock, pass } = createPlace();
      const startMs = clock.nowMs();
      const doneAtMs: number[] = [];
      clock.after(shortMs, () => doneAtMs.push(clock.nowMs()));
      while (doneAtMs.length === 0) await pass(1);
      await pass(2 * shortMs);
      expect(doneAtMs).toHaveLength(1);
      // A millisecond for the wall clock, which is cut to whole ones.
      expect((doneAtMs[0] ?? 0) - startMs).toBeGreaterThanOrEqual(shortMs - 1);
    });

    test("not even what is due now is done before the caller goes on", async () => {
      const { clock, pass } = createPlace();
      const done: string[] = [];
      clock.after(0, () => done.push("work"));
      done.push("caller");
      while (done.length < 2) await pass(1);
      expect(done).toEqual(["caller", "work"]);
    });

    test("what was taken back is not done, and may be taken back again or too late", async () => {
      const { clock, pass } = createPlace();
      const done: string[] = [];
      const takeBack = clock.after(1, () => done.push("taken back"));
      takeBack();
      const tooLate = clock.after(1, () => done.push("done"));
      while (done.length === 0) await pass(1);
      tooLate();
      takeBack();
      await pass(shortMs);
      expect(done).toEqual(["done"]);
    });

    test("what is far away is not done at once", async () => {
      const { clock, pass } = createPlace();
      let isDone = false;
      const takeBack = clock.after(nextYearMs, () => {
        isDone = true;
      });
      await pass(shortMs);
      takeBack();
      expect(isDone).toBe(false);
    });
  });
};
