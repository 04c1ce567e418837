/** Runs in a worker of a browser: the program that browserApplyGuard.ts starts. */
import type { ApplyWork, GuardMessage } from "./applyGuard.ts";
import { answerWork } from "./guardedApply.ts";

// In this form for the sake of the types, which take a worker's globals for a window's.
const say = (message: GuardMessage): void => globalThis.postMessage(message, { transfer: [] });
globalThis.addEventListener("message", ({ data }: MessageEvent<ApplyWork>) =>
  answerWork(data, say),
);
say({ kind: "ready" });
