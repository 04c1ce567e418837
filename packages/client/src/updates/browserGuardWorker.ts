/** Runs in a worker of a browser: the program that browserApplyGuard.ts starts. */
import type { GuardMessage, WorkerOrder } from "./applyGuard.ts";
import { createApplier } from "./guardedApply.ts";

// In this form for the sake of the types, which take a worker's globals for a window's.
const say = (message: GuardMessage): void => globalThis.postMessage(message, { transfer: [] });
const perform = createApplier(say);
globalThis.addEventListener("message", ({ data }: MessageEvent<WorkerOrder>) => perform(data));
say({ kind: "ready" });
