/** Runs in a worker of Node: the program that nodeApplyGuard.ts starts. */
import { parentPort } from "node:worker_threads";
import { assert } from "@duro/crypto/types";
import type { ApplyWork, GuardMessage } from "./applyGuard.ts";
import { answerWork } from "./guardedApply.ts";

const port = parentPort;
assert(port !== null, "it runs in a worker");
const say = (message: GuardMessage): void => port.postMessage(message);
port.on("message", (work: ApplyWork) => answerWork(work, say));
say({ kind: "ready" });
