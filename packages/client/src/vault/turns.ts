/** Long work gives others a turn: what a person types, and what the relay sends, does not wait for it. */
import type { Clock } from "../ports/clock.ts";

/** Half of what a screen shows as one picture. */
const workMs = 8;

/** Waits for the next turn where this one has lasted, and for nothing otherwise. */
export const createTurns = (clock: Clock): (() => Promise<void>) => {
  /** When the work of this turn began; undefined: others had one since. */
  let sinceMs: number | undefined;
  const begin = (): void => {
    sinceMs = clock.nowMs();
    clock.after(0, () => {
      sinceMs = undefined;
    });
  };
  return async () => {
    if (sinceMs === undefined) return begin();
    const workedMs = clock.nowMs() - sinceMs;
    if (workedMs >= 0 && workedMs < workMs) return undefined;
    return new Promise<void>((resolve) => {
      clock.after(0, resolve);
    });
  };
};
