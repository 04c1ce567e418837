/** Time of the machine. */
import type { Clock } from "../ports/clock.ts";

/** A platform's timers take 31 bits; what is longer would be done at once. */
const timerMsMax = 2_147_483_647;

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  after: (delayMs, work) => {
    // Not of `nowMs`, which somebody may set.
    const dueAtMs = performance.now() + delayMs;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const wait = (): void => {
      const leftMs = dueAtMs - performance.now();
      timer = setTimeout(look, Math.max(0, Math.min(Math.ceil(leftMs), timerMsMax)));
    };
    // Timers are rounded, and some come early for it.
    const look = (): void => (performance.now() < dueAtMs ? wait() : work());
    wait();
    return () => clearTimeout(timer);
  },
};
