/** Ways to drive a line: as fast as it goes, or at a given pace. */
import { setTimeout as sleep } from "node:timers/promises";
import { quantileOf } from "./figures.ts";
import { createLatencies } from "./latencies.ts";
import type { Line } from "./line.ts";

/** Beyond this a message would wait in sockets and nowhere else. */
const messagesUnderWayMax = 64;
/** More than a relay stores from one sender in a millisecond, by size of its puts. */
const singlesPerMsMax = 10;
const gatheredPerMsMax = 20;
const patienceMs = 10_000;

export interface PeakRun {
  readonly deliveryCount: number;
  readonly deliveriesPerSecond: number;
  readonly messagesPerFrame: number;
}

export const messageCountFor = (runMs: number, putSize: number): number =>
  Math.ceil(runMs * (putSize === 1 ? singlesPerMsMax : gatheredPerMsMax));

/** From the first message until the last has come to everybody. */
export const runPeak = (
  line: Line,
  { runMs, putSize }: { readonly runMs: number; readonly putSize: number },
): Promise<PeakRun> =>
  new Promise((resolve, reject) => {
    const startedAtMs = performance.now();
    let sentCount = 0;
    let deliveryCount = 0;
    let frameCount = 0;
    let isOver = false;
    const late = setTimeout(() => reject(new Error("not all of it came")), runMs + patienceMs);
    const hasRoom = (): boolean =>
      sentCount - deliveryCount / line.receiverCount < messagesUnderWayMax;
    const pump = (): void => {
      isOver ||= performance.now() - startedAtMs >= runMs;
      if (isOver) return;
      let count = Number.POSITIVE_INFINITY;
      while (count > 0 && hasRoom()) {
        count = line.send(putSize);
        sentCount += count;
      }
    };
    line.onRoom = pump;
    line.onMore = (from, to) => {
      deliveryCount += to - from;
      frameCount += 1;
      if (deliveryCount < sentCount * line.receiverCount || !isOver) return pump();
      clearTimeout(late);
      line.onMore = () => {};
      line.onRoom = () => {};
      const seconds = (performance.now() - startedAtMs) / 1_000;
      return resolve({
        deliveryCount,
        deliveriesPerSecond: deliveryCount / seconds,
        messagesPerFrame: deliveryCount / frameCount,
      });
    };
    pump();
  });

export interface PacedRun {
  readonly deliveryCount: number;
  /** Of what was offered. */
  readonly deliveredShare: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** By node. */
  readonly p50MsByNode: readonly number[];
  readonly p99MsByNode: readonly number[];
}

interface Pace {
  readonly runMs: number;
  readonly messagesPerSecond: number;
  readonly nodeCount?: number;
}

const pacedMessageCount = ({ runMs, messagesPerSecond }: Pace): number =>
  Math.round((runMs * messagesPerSecond) / 1_000);

/** What comes later than this was not delivered. */
const graceMs = 500;

/** A message counts from when it was due, whether it could go then or not. */
export const runPaced = async (
  line: Line,
  { runMs, messagesPerSecond, nodeCount = 1 }: Pace,
): Promise<PacedRun> => {
  const messageCount = pacedMessageCount({ runMs, messagesPerSecond });
  const all = Array.from({ length: nodeCount }, () => createLatencies(line.position));
  line.onMore = (from, to, node) => all[node]?.received(from, to);
  const startedAtMs = performance.now();
  let sentCount = 0;
  const send = (): void => {
    const passedMs = performance.now() - startedAtMs;
    const dueCount = Math.min(messageCount, 1 + Math.floor((passedMs * messagesPerSecond) / 1_000));
    const until = sentCount + line.sendDue(dueCount - sentCount);
    for (; sentCount < until; sentCount++) {
      const dueAtMs = startedAtMs + (sentCount * 1_000) / messagesPerSecond;
      for (const latencies of all) latencies.sent(dueAtMs);
    }
  };
  line.onRoom = send;
  const isOver = (): boolean =>
    sentCount === messageCount || performance.now() - startedAtMs > runMs + graceMs;
  for (; !isOver(); send()) await sleep(1);
  await sleep(graceMs);
  line.onMore = () => {};
  line.onRoom = () => {};
  const byNode = all.map(({ valuesMs }) => valuesMs);
  const values = byNode.flat();
  return {
    deliveryCount: values.length,
    deliveredShare: values.length / (messageCount * line.receiverCount),
    p50Ms: quantileOf(values, 0.5),
    p99Ms: quantileOf(values, 0.99),
    p50MsByNode: byNode.map((own) => quantileOf(own, 0.5)),
    p99MsByNode: byNode.map((own) => quantileOf(own, 0.99)),
  };
};
