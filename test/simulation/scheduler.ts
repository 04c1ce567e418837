/**
 * Virtual time. One event after the other, ordered by time and, where times are equal, by chance; before
 * the next one everything that the last one set going has come to rest. Nothing here waits for a clock.
 */
import type { Rng } from "./rng.ts";

export interface Scheduler {
  /** Since the run began; never goes back. */
  readonly nowMs: number;
  readonly eventCount: number;
  /** Calling what comes back takes it back. */
  after(delayMs: number, work: () => void): () => void;
  /** Resolves so much later; never, once `isOver` says so. */
  wait(delayMs: number, isOver?: () => boolean): Promise<void>;
  /** The next event waits for this, too: work that leaves the process, as compression does. */
  holdFor(work: Promise<unknown>): void;
  /** Until then, or until `isDone`, which is asked after each event, says so. */
  runUntil(untilMs: number, isDone?: () => boolean): Promise<void>;
}

interface Event {
  readonly atMs: number;
  readonly tie: number;
  readonly work: () => void;
  isCancelled: boolean;
}

const isBefore = (left: Event, right: Event): boolean =>
  left.atMs < right.atMs || (left.atMs === right.atMs && left.tie < right.tie);

/** A binary heap: the earliest first. */
const createQueue = () => {
  const heap: Event[] = [];
  const swap = (left: number, right: number): void => {
    [heap[left], heap[right]] = [heap[right] as Event, heap[left] as Event];
  };
  const isEarlier = (left: number, right: number): boolean =>
    isBefore(heap[left] as Event, heap[right] as Event);
  return {
    peek: (): Event | undefined => heap[0],
    push: (event: Event): void => {
      heap.push(event);
      for (let at = heap.length - 1; at > 0;) {
        const parent = (at - 1) >> 1;
        if (!isEarlier(at, parent)) return;
        swap(at, parent);
        at = parent;
      }
    },
    pop: (): void => {
      swap(0, heap.length - 1);
      heap.pop();
      for (let at = 0; ;) {
        const left = 2 * at + 1;
        const right = left + 1;
        if (left >= heap.length) return;
        const child = right < heap.length && isEarlier(right, left) ? right : left;
        if (!isEarlier(child, at)) return;
        swap(at, child);
        at = child;
      }
    },
  };
};

/** Taken before anybody replaces it. */
const { setImmediate: realImmediate } = globalThis;

/** All microtasks run before the next turn of the loop, however many they make. */
const nextTurn = (): Promise<void> => new Promise((resolve) => void realImmediate(resolve));

export const createScheduler = (rng: Rng): Scheduler => {
  const queue = createQueue();
  const held = new Set<Promise<unknown>>();
  let nowMs = 0;
  let eventCount = 0;

  const settle = async (): Promise<void> => {
    await nextTurn();
    while (held.size > 0) {
      await Promise.allSettled(held);
      await nextTurn();
    }
  };

  const after = (delayMs: number, work: () => void): (() => void) => {
    const event = {
      atMs: nowMs + Math.max(0, delayMs),
      tie: rng.below(2 ** 32),
      work,
      isCancelled: false,
    };
    queue.push(event);
    return () => {
      event.isCancelled = true;
    };
  };

  return {
    after,
    wait: (delayMs, isOver = () => false) =>
      new Promise((resolve) => {
        after(delayMs, () => {
          if (!isOver()) resolve();
        });
      }),
    holdFor: (work) => {
      held.add(work);
      void work.catch(() => {}).finally(() => held.delete(work));
    },
    runUntil: async (untilMs, isDone = () => false) => {
      await settle();
      for (let next = queue.peek(); next !== undefined && !isDone(); next = queue.peek()) {
        if (next.atMs > untilMs) break;
        queue.pop();
        if (next.isCancelled) continue;
        nowMs = next.atMs;
        eventCount += 1;
        next.work();
        await settle();
      }
      if (!isDone()) nowMs = Math.max(nowMs, untilMs);
    },
    get nowMs() {
      return nowMs;
    },
    get eventCount() {
      return eventCount;
    },
  };
};
