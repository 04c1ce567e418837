/**
 * When edits become durable that nobody waits for. A commit waits for the disk, and the program with it:
 * one for each edit of a long row would cost more than everything else. So after a commit they gather for
 * twice as long as it took; a person who types finds the disk free.
 */
import type { Clock } from "../ports/clock.ts";

export interface WriteTurns {
  /** There is something to write: now, or when it is time. */
  edited(): void;
  /** What writes everything that is there by then. */
  readonly job: () => Promise<void>;
  /** What is left is written by whoever closes. */
  stop(): void;
}

export interface WriteTurnsDeps {
  readonly clock: Clock;
  readonly begin: (job: () => Promise<void>) => void;
  readonly write: () => Promise<void>;
}

/** The program has two thirds of the time to itself. */
const gatherFactor = 2;
/** Less than lies between two letters of somebody who types, also where a commit takes as long. */
const gatherMsMax = 20;

export const createWriteTurns = ({ clock, begin, write }: WriteTurnsDeps): WriteTurns => {
  let notBeforeMs = Number.NEGATIVE_INFINITY;
  let isAsked = false;
  let takeBack: (() => void) | undefined;

  const stop = (): void => {
    takeBack?.();
    takeBack = undefined;
  };
  const job = async (): Promise<void> => {
    stop();
    isAsked = false;
    const startedMs = clock.nowMs();
    await write();
    const nowMs = clock.nowMs();
    notBeforeMs = nowMs + Math.min(gatherMsMax, gatherFactor * (nowMs - startedMs));
  };

  return {
    edited: () => {
      if (isAsked) return;
      isAsked = true;
      const waitMs = notBeforeMs - clock.nowMs();
      // A clock that was set back holds nothing up for longer.
      if (waitMs > 0) takeBack = clock.after(Math.min(waitMs, gatherMsMax), () => begin(job));
      else begin(job);
    },
    job,
    stop,
  };
};
