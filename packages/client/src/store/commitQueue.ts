/**
 * Which commits are written together, and when. One that may be lost is confirmed at once and waits in
 * memory: for the next that may not, for somebody who reads, or for a moment. Where edits come one at a
 * time, writing each would cost more than everything else that is done for it.
 */
import { err, ok, type Result } from "@duro/crypto/types";
import type { CommitError, Durability, Write } from "../ports/localStore.ts";

export interface CommitQueue {
  commit(writes: readonly Write[], durability: Durability): Promise<Result<void, CommitError>>;
  /** Writes everything that waits. An error: what `confirmed` still gives is nowhere else. */
  flush(): Result<void, CommitError>;
  /** What was confirmed and is not written yet, in its order. */
  confirmed(): readonly Write[];
  /** Writes what it can; from then on there is nowhere to write to. */
  close(): void;
}

export interface CommitQueueDeps {
  /** All of them or none. */
  readonly write: (writes: readonly Write[], durability: Durability) => Result<void, CommitError>;
  /** Calls back once, unless it is taken back. */
  readonly after: (ms: number, callback: () => void) => () => void;
}

interface Waiting {
  readonly writes: readonly Write[];
  readonly byteLength: number;
  /** Undefined: it was confirmed, since it may be lost. */
  readonly answer: ((outcome: Result<void, CommitError>) => void) | undefined;
}

/** As long as nobody sees: what a program that is killed meanwhile has to fetch again is small. */
const gatherMs = 250;
/** A disk that was full often has room again soon. */
const againMs = 5_000;
/** More than this is not kept in memory for the sake of a few calls. */
export const gatheredByteLengthMax = 1_048_576;

const byteLengthOf = (writes: readonly Write[]): number =>
  writes.reduce((sum, write) => sum + (write.kind === "put" ? write.value.length : 0), 0);

export const createCommitQueue = ({ write, after }: CommitQueueDeps): CommitQueue => {
  let waiting: Waiting[] = [];
  let byteLength = 0;
  let isFlushAsked = false;
  /** What was confirmed could not be written: nothing more is confirmed before it is. */
  let isBehind = false;
  let isClosed = false;
  let takeBack: (() => void) | undefined;

  const keep = (left: Waiting[]): void => {
    waiting = left;
    byteLength = left.reduce((sum, one) => sum + one.byteLength, 0);
    isBehind = left.length > 0;
  };

  const flush = (): Result<void, CommitError> => {
    takeBack?.();
    takeBack = undefined;
    if (waiting.length === 0) return ok(undefined);
    const together = waiting;
    const isNow = together.some(({ answer }) => answer !== undefined);
    const outcome = write(
      together.flatMap(({ writes }) => writes),
      isNow ? "now" : "later",
    );
    keep(outcome.ok ? [] : together.filter(({ answer }) => answer === undefined));
    if (isBehind && !isClosed) takeBack = after(againMs, flush);
    for (const { answer } of together) answer?.(outcome);
    return outcome;
  };

  const flushThisTurn = (): void => {
    if (isFlushAsked) return;
    isFlushAsked = true;
    queueMicrotask(() => {
      isFlushAsked = false;
      if (!isClosed) flush();
    });
  };

  const add = (one: Waiting): void => {
    waiting.push(one);
    byteLength += one.byteLength;
  };

  return {
    commit: (writes, durability) =>
      new Promise((answer) => {
        if (isClosed) return answer(err({ type: "StoreClosed" }));
        const ofThis = byteLengthOf(writes);
        const mayWait = !isBehind && byteLength + ofThis <= gatheredByteLengthMax;
        if (durability === "later" && mayWait) {
          add({ writes, byteLength: ofThis, answer: undefined });
          takeBack ??= after(gatherMs, flush);
          return answer(ok(undefined));
        }
        add({ writes, byteLength: ofThis, answer });
        return flushThisTurn();
      }),
    flush,
    confirmed: () => waiting.flatMap(({ writes, answer }) => (answer === undefined ? writes : [])),
    close: () => {
      isClosed = true;
      flush();
    },
  };
};
