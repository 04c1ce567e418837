/**
 * Gives memory back when nothing happens: what loading documents left behind V8 collects only when it
 * allocates again, which an idle daemon does not.
 */
import { performance } from "node:perf_hooks";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

const lookMs = 20_000;
const idleUtilizationMax = 0.02;
const garbageByteLengthMin = 4_194_304;

type Collect = (options: {
  readonly type: "major";
  readonly execution: "sync";
  readonly flavor: "last-resort";
}) => void;

export const startSettling = (): { stop(): void } => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as Collect; // there since the line above, and nowhere typed
  let before = performance.eventLoopUtilization();
  let settledByteLength = 0;
  const timer = setInterval(() => {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, before);
    before = now;
    const { heapUsed } = process.memoryUsage();
    if (utilization > idleUtilizationMax || heapUsed - settledByteLength < garbageByteLengthMin)
      return;
    collect({ type: "major", execution: "sync", flavor: "last-resort" });
    settledByteLength = process.memoryUsage().heapUsed;
  }, lookMs);
  timer.unref();
  return { stop: () => clearInterval(timer) };
};
