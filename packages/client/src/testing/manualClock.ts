/** A clock that a test moves. */
import type { Clock } from "../ports/clock.ts";

export interface ManualClock extends Clock {
  /** Does what is due on the way, in its order, at its time. */
  pass(byMs: number): void;
}

export const createManualClock = (startMs = 0): ManualClock => {
  let nowMs = startMs;
  let due: readonly { readonly atMs: number; readonly work: () => void }[] = [];
  return {
    nowMs: () => nowMs,
    after: (delayMs, work) => {
      const one = { atMs: nowMs + delayMs, work };
      due = [...due, one].toSorted((a, b) => a.atMs - b.atMs);
      return () => {
        due = due.filter((other) => other !== one);
      };
    },
    pass: (byMs) => {
      const untilMs = nowMs + byMs;
      for (let next = due[0]; next !== undefined && next.atMs <= untilMs; next = due[0]) {
        due = due.slice(1);
        nowMs = next.atMs;
        next.work();
      }
      nowMs = untilMs;
    },
  };
};
