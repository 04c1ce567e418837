/** Runs in a worker of Node: the program that nodeApplyGuard.ts starts. */
import { parentPort } from "node:worker_threads";
import { assert } from "@duro/crypto/types";
import type { GuardMessage, WorkerOrder } from "./applyGuard.ts";
import { createApplier } from "./guardedApply.ts";

const port = parentPort;
assert(port !== null, "it runs in a worker");
const say = (message: GuardMessage): void => port.postMessage(message);
const perform = createApplier(say);
port.on("message", (order: WorkerOrder) => perform(order));
say({ kind: "ready" });
