/** The guard's worker in a browser. There its memory has no limit but what it can fill in its time. */
import type { Clock } from "../ports/clock.ts";
import {
  type ApplyGuard,
  createApplyGuard,
  type GuardListener,
  type GuardMessage,
  type GuardWorker,
} from "./applyGuard.ts";

export interface BrowserApplyGuardDeps {
  readonly clock: Clock;
}

export const createBrowserApplyGuard = (deps: BrowserApplyGuardDeps): ApplyGuard =>
  createApplyGuard({ ...deps, startWorker });

const startWorker = (listener: GuardListener): GuardWorker => {
  // In this form bundlers see it and bring the worker along.
  const worker = new Worker(new URL("./browserGuardWorker.ts", import.meta.url), {
    type: "module",
  });
  worker.addEventListener("message", ({ data }: MessageEvent<GuardMessage>) =>
    listener.heard(data),
  );
  worker.addEventListener("error", () => listener.failed({ type: "GuardUnavailable" }));
  return {
    // Copied: the caller goes on with it when it fails.
    post: (order) => worker.postMessage(order, []),
    stop: () => worker.terminate(),
  };
};
