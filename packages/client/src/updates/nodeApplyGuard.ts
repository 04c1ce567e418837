/** The guard's worker in Node, where its memory has a limit too. */
import { Worker } from "node:worker_threads";
import type { Clock } from "../ports/clock.ts";
import {
  type ApplyGuard,
  createApplyGuard,
  type GuardListener,
  type GuardMessage,
  type GuardWorker,
} from "./applyGuard.ts";

export interface NodeApplyGuardDeps {
  readonly clock: Clock;
  /** For what the updates bring. */
  readonly memoryMiB?: number;
}

/** The largest honest update takes half of it. */
const defaultMemoryMiB = 192;
/** 1.4 MB of many small operations take some 100 MB of heap. */
const heapBytePerStateByte = 100;
const mebibyte = 1_048_576;

/** Workers get four times that: what would overflow the main thread's stack has to overflow here. */
const mainStackMiB = 1;

export const createNodeApplyGuard = ({
  memoryMiB = defaultMemoryMiB,
  ...deps
}: NodeApplyGuardDeps): ApplyGuard =>
  createApplyGuard({
    ...deps,
    startWorker: (listener, stateByteLength) => {
      const stateMiB = Math.ceil((stateByteLength * heapBytePerStateByte) / mebibyte);
      return startWorker(listener, memoryMiB + stateMiB);
    },
  });

const startWorker = (listener: GuardListener, memoryMiB: number): GuardWorker => {
  const worker = new Worker(new URL("./nodeGuardWorker.ts", import.meta.url), {
    resourceLimits: { maxOldGenerationSizeMb: memoryMiB, stackSizeMb: mainStackMiB },
    // Nothing of how this process was started, a debugger's port least of all.
    execArgv: [],
  });
  // It is kept for a while behind its work, and holds up no end of the program.
  worker.unref();
  worker.on("message", (message: GuardMessage) => listener.heard(message));
  worker.on("error", (error: unknown) =>
    listener.failed({ type: isOutOfMemory(error) ? "TookTooMuch" : "GuardUnavailable" }),
  );
  // Behind an answer or an error nobody listens any more.
  worker.on("exit", () => listener.failed({ type: "GuardUnavailable" }));
  return {
    // Copied: the caller goes on with it when it fails.
    post: (order) => worker.postMessage(order, []),
    stop: () => void worker.terminate(),
  };
};

const isOutOfMemory = (error: unknown): boolean =>
  error instanceof Error && "code" in error && error.code === "ERR_WORKER_OUT_OF_MEMORY";
