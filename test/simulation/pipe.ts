/**
 * One direction of a connection: frames arrive whole and in their order, or not at all. What a slow or
 * stalled line has not taken yet waits with the sender, who can see how much that is.
 */
import type { Rng } from "./rng.ts";
import type { Scheduler } from "./scheduler.ts";

export interface LinePace {
  latencyMs: number;
  /** What the line takes in a millisecond; infinity: nothing ever waits. */
  bytesPerMs: number;
  /** Nothing moves: a cable is out, a tunnel, a route is gone. */
  isStalled: boolean;
}

export interface Pipe {
  send(bytes: Uint8Array, onLeft: () => void): void;
  /** After everything sent before it; for the end of a connection, too. */
  mark(onArrival: () => void): void;
  /** What leaves from now on arrives so much later. */
  delay(byMs: number): void;
  /** Nothing arrives any more. */
  cut(): void;
  /** The line may move again. */
  resume(): void;
  readonly bufferedByteLength: number;
  readonly underWayCount: number;
}

interface Parcel {
  readonly byteLength: number;
  readonly onLeft: () => void;
  readonly onArrival: () => void;
}

export interface PipeDeps {
  readonly scheduler: Scheduler;
  readonly rng: Rng;
  readonly pace: LinePace;
  readonly onStalled: () => void;
}

export const createPipe = (
  { scheduler, rng, pace, onStalled }: PipeDeps,
  deliver: (bytes: Uint8Array) => void,
): Pipe => {
  const waiting: Parcel[] = [];
  const flying: Parcel[] = [];
  const arrived: Parcel[] = [];
  let isLeaving = false;
  let isCut = false;
  let bufferedByteLength = 0;
  let underWayCount = 0;
  let lastArrivalMs = 0;

  const handOver = (): void => {
    for (let next = arrived.shift(); next !== undefined; next = arrived.shift()) {
      underWayCount -= 1;
      next.onArrival();
      if (isCut) return;
    }
  };

  const arrive = (): void => {
    // Whichever of two equal times comes first: what was sent first arrives.
    const parcel = flying.shift();
    if (isCut || parcel === undefined) return;
    arrived.push(parcel);
    if (pace.isStalled) onStalled();
    else handOver();
  };

  const leaveNow = (parcel: Parcel): void => {
    waiting.shift();
    bufferedByteLength -= parcel.byteLength;
    lastArrivalMs = Math.max(lastArrivalMs, scheduler.nowMs + rng.waitMs(pace.latencyMs));
    flying.push(parcel);
    scheduler.after(lastArrivalMs - scheduler.nowMs, arrive);
    parcel.onLeft();
  };

  const mayLeave = (): boolean => !isLeaving && !isCut && !pace.isStalled;

  const leave = (): void => {
    for (let [next] = waiting; next !== undefined && mayLeave(); [next] = waiting) {
      if (pace.bytesPerMs === Infinity) leaveNow(next);
      else leaveSlowly(next);
    }
  };

  const leaveSlowly = (parcel: Parcel): void => {
    isLeaving = true;
    scheduler.after(parcel.byteLength / pace.bytesPerMs, () => {
      isLeaving = false;
      if (isCut || pace.isStalled) return;
      leaveNow(parcel);
      leave();
    });
  };

  const enqueue = (parcel: Parcel): void => {
    if (isCut) return;
    underWayCount += 1;
    bufferedByteLength += parcel.byteLength;
    waiting.push(parcel);
    leave();
  };

  return {
    send: (bytes, onLeft) => {
      const kept = bytes.slice();
      enqueue({ byteLength: kept.length, onLeft, onArrival: () => deliver(kept) });
    },
    mark: (onArrival) => enqueue({ byteLength: 0, onLeft: () => {}, onArrival }),
    delay: (byMs) => {
      lastArrivalMs = Math.max(lastArrivalMs, scheduler.nowMs) + byMs;
    },
    cut: () => {
      isCut = true;
      waiting.length = 0;
      flying.length = 0;
      arrived.length = 0;
      bufferedByteLength = 0;
      underWayCount = 0;
    },
    resume: () => {
      if (isCut || pace.isStalled) return;
      handOver();
      leave();
    },
    get bufferedByteLength() {
      return bufferedByteLength;
    },
    get underWayCount() {
      return underWayCount;
    },
  };
};
