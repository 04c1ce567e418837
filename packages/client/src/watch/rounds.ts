/** Looks again every so often while there is a connection. */
import { times } from "@duro/protocol";
import type { Clock } from "../ports/clock.ts";

export interface Rounds {
  start(): void;
  stop(): void;
}

export const createRounds = (clock: Clock, look: () => void): Rounds => {
  let takeBack: (() => void) | undefined;
  const next = (): void => {
    takeBack = clock.after(times.heartbeatIntervalMs, () => {
      look();
      next();
    });
  };
  const stop = (): void => {
    takeBack?.();
    takeBack = undefined;
  };
  return {
    start: () => {
      stop();
      next();
    },
    stop,
  };
};
