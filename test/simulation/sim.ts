/**
 * `npm run sim -- --seeds N --seed S --steps K`: runs so many worlds, from that seed on, on every
 * processor. A world that breaks a promise is printed, and runs again by its seed alone.
 */
import { type ChildProcess, fork } from "node:child_process";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { RunReport } from "./runSeed.ts";
import type { Answer, Order } from "./simWorker.ts";
import { createTotals } from "./totals.ts";

const { values } = parseArgs({
  options: {
    seeds: { type: "string" },
    seed: { type: "string" },
    steps: { type: "string", default: "150" },
    lines: { type: "string", default: "400" },
    program: { type: "string", default: "engine" },
    jobs: { type: "string", default: String(availableParallelism()) },
  },
});

const firstSeed = Number(values.seed ?? 1);
/** A seed that is named runs alone. */
const seedCount = Number(values.seeds ?? (values.seed === undefined ? 100 : 1));
const stepCount = Number(values.steps);
const lineCount = Number(values.lines);
const jobCount = Number(values.jobs);
const areNumbers = [firstSeed, seedCount, stepCount, lineCount].every(
  (given) => Number.isSafeInteger(given) && given >= 0,
);
if (!areNumbers || !Number.isSafeInteger(jobCount) || jobCount < 1) {
  console.error("--seeds, --seed, --steps, --lines and --jobs take a number");
  process.exit(2);
}

/** So that every twentieth run is held against itself. */
const twiceEvery = 20;
const progressEvery = 25;

const totals = createTotals();
const startedAtMs = performance.now();
let failedCount = 0;
let doneCount = 0;

const printFailed = ({ seed, faults, lines, profile }: RunReport): void => {
  console.log(lines.slice(-lineCount).join("\n"));
  console.log(JSON.stringify(profile));
  for (const sentence of faults) console.log(`FAULT ${sentence}`);
  console.log(`again: npm run sim -- --seed ${seed} --steps ${stepCount}`);
};

const take = ({ report, isSame }: Answer): void => {
  totals.add(report);
  doneCount += 1;
  if (report.faults.length > 0) printFailed(report);
  if (!isSame) console.log(`FAULT seed ${report.seed} ran twice and was not the same`);
  if (report.faults.length > 0 || !isSame) failedCount += 1;
  if (doneCount % progressEvery > 0) return;
  const perMinute = (doneCount * 60_000) / (performance.now() - startedAtMs);
  console.log(
    `${doneCount}/${seedCount} seeds, ${perMinute.toFixed(0)} a minute, ${failedCount} failed`,
  );
};

const ask = (worker: ChildProcess, order: Order): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const onExit = (): void => reject(new Error(`the process with seed ${order.seed} ended`));
    worker.once("exit", onExit);
    worker.once("message", (answer: Answer) => {
      worker.off("exit", onExit);
      resolve(answer);
    });
    worker.send(order);
  });

let nextSeed = firstSeed;
const job = async (): Promise<void> => {
  const worker = fork(join(import.meta.dirname, "simWorker.ts"), { serialization: "advanced" });
  for (;;) {
    const seed = nextSeed;
    if (seed >= firstSeed + seedCount) break;
    nextSeed += 1;
    const isTwice = seed % twiceEvery === 0;
    take(await ask(worker, { seed, stepCount, isPlain: values.program === "plain", isTwice }));
  }
  worker.disconnect();
};
await Promise.all(Array.from({ length: Math.min(jobCount, seedCount) }, job));

const minutes = (performance.now() - startedAtMs) / 60_000;
const unreached = totals.print({ seedCount, minutes });
if (failedCount > 0 || unreached > 0) process.exitCode = 1;
