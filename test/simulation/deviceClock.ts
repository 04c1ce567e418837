/** The clock of one machine: it is off by something, and now and then it is set. Its timers are not. */
import type { Clock } from "../../packages/client/src/ports/clock.ts";
import type { Scheduler } from "./scheduler.ts";

export interface DeviceClock extends Clock {
  /** As if somebody had set it: forward, or back. */
  step(byMs: number): void;
}

/** When a run begins: any time will do, as long as it is always the same. */
const epochMs = 1_790_000_000_000;

export const createDeviceClock = (scheduler: Scheduler, skewMs: number): DeviceClock => {
  let offsetMs = epochMs + skewMs;
  return {
    nowMs: () => Math.floor(scheduler.nowMs) + offsetMs,
    after: (delayMs, work) => scheduler.after(delayMs, work),
    step: (byMs) => {
      offsetMs += byMs;
    },
  };
};
