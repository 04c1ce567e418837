/** Long work gives others a turn: what a person types, and what the relay sends, does not wait for it. */
import type { Clock } from "../ports/clock.ts";

/** Half of what a screen shows as one picture. */
const workMs = 8;

/** Waits for the next turn where this one has lasted, and for nothing otherwise. */
export const createTurns = (clock: Clock): (() => Promise<void>) => {
  let sinceMs = clock.nowMs();
  return async () => {
    const workedMs = clock.nowMs() - sinceMs;
    if (workedMs >= 0 && workedMs < workMs) return;
    await new Promise<void>((resolve) => {
      clock.after(0, resolve);
    });
    sinceMs = clock.nowMs();
  };
};
