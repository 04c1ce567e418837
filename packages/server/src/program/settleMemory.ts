/**
 * Gives memory back when nothing happens. A thousand clients that connect leave tens of megabytes of
 * garbage, and V8 collects it only when it allocates again, which an idle relay does not.
 */
import { performance } from "node:perf_hooks";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** As `node --expose-gc` has it. */
type Collect = (options: {
  readonly type: "major";
  readonly execution: "sync";
  readonly flavor: "last-resort";
}) => void;

export interface SettlingDeps {
  readonly collect: () => void;
  readonly heapByteLength: () => number;
  /** Since it was asked last: 0 is idle, 1 busy all the time. */
  readonly utilization: () => number;
}

/** A collection of a hundred megabytes takes about as many milliseconds: nobody may be waiting then. */
const idleUtilizationMax = 0.05;
/** Less than this is not worth a pause. */
const garbageByteLengthMin = 8_388_608;
const lookIntervalMs = 5_000;

/** One look; gives what the heap was afterwards, to compare with the next time. */
export const settleOnce = (deps: SettlingDeps, settledByteLength: number): number => {
  const isIdle = deps.utilization() <= idleUtilizationMax;
  if (!isIdle || deps.heapByteLength() - settledByteLength < garbageByteLengthMin)
    return settledByteLength;
  deps.collect();
  return deps.heapByteLength();
};

export const startSettling = (deps: SettlingDeps): { stop(): void } => {
  let settledByteLength = 0;
  const timer = setInterval(() => {
    settledByteLength = settleOnce(deps, settledByteLength);
  }, lookIntervalMs);
  timer.unref();
  return { stop: () => clearInterval(timer) };
};

export const systemSettling = (): SettlingDeps => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as Collect; // there since the line above, and nowhere typed
  let before = performance.eventLoopUtilization();
  return {
    collect: () => collect({ type: "major", execution: "sync", flavor: "last-resort" }),
    heapByteLength: () => process.memoryUsage().heapUsed,
    utilization: () => {
      const now = performance.eventLoopUtilization();
      const { utilization } = performance.eventLoopUtilization(now, before);
      before = now;
      return utilization;
    },
  };
};
