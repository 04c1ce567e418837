/**
 * What the relay refused since it does not know the records that it rests on: chains, and records of other
 * logs. It may be about to: a relay that was put back gets its logs back while all the rest comes, too.
 */
import type { Clock } from "../ports/clock.ts";

export interface LogWait<Id> {
  refused(id: Id): void;
  /** A log that it may rest on goes further there than it did. */
  logGrew(): void;
  /** With a connection ends what was refused on it. */
  stop(): void;
}

export interface LogWaitDeps<Id> {
  readonly clock: Clock;
  readonly again: (refused: ReadonlySet<Id>) => void;
}

/** Where nobody tells that the records are there: doubled each time, since they may never be. */
export const logWaitMs = { first: 1_000, most: 300_000 } as const;

export const createLogWait = <Id>({ clock, again }: LogWaitDeps<Id>): LogWait<Id> => {
  let waiting: ReadonlySet<Id> = new Set();
  let waitMs: number = logWaitMs.first;
  let takeBack: (() => void) | undefined;

  /** What waits by then. */
  const end = (): ReadonlySet<Id> => {
    takeBack?.();
    takeBack = undefined;
    const ended = waiting;
    waiting = new Set();
    return ended;
  };

  const tryNow = (): void => {
    const refused = end();
    if (refused.size > 0) again(refused);
  };

  return {
    refused: (id) => {
      waiting = new Set(waiting).add(id);
      takeBack ??= clock.after(waitMs, () => {
        waitMs = Math.min(2 * waitMs, logWaitMs.most);
        tryNow();
      });
    },
    logGrew: tryNow,
    stop: () => {
      end();
      waitMs = logWaitMs.first;
    },
  };
};
