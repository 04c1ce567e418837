/**
 * How long this thread worked without letting anybody else have a turn. In time of the processor: what
 * others take of a busy machine is not its doing.
 */
import { threadCpuUsage } from "node:process";

export interface LoopWatch {
  /** Ends it: the longest, in milliseconds. */
  stop(): number;
}

const lookEveryMs = 2;

const cpuMs = (): number => {
  const { user, system } = threadCpuUsage();
  return (user + system) / 1_000;
};

export const watchLoop = (): LoopWatch => {
  let longestMs = 0;
  let lastMs = cpuMs();
  const timer = setInterval(() => {
    const nowMs = cpuMs();
    longestMs = Math.max(longestMs, nowMs - lastMs);
    lastMs = nowMs;
  }, lookEveryMs);
  return {
    stop: () => {
      clearInterval(timer);
      return longestMs;
    },
  };
};
