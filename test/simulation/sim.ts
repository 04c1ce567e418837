/**
 * `npm run sim -- --seeds N --seed S --steps K`: runs so many worlds, from that seed on. A world that breaks
 * a promise is printed, and runs again by its seed alone.
 */
import { parseArgs } from "node:util";
import { startEngineProgram } from "./engineProgram.ts";
import { startPlainProgram } from "./plainProgram.ts";
import { simpleProfile } from "./profile.ts";
import { runSeed, type RunReport } from "./runSeed.ts";
import { createTotals } from "./totals.ts";

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "100" },
    seed: { type: "string" },
    steps: { type: "string", default: "150" },
    lines: { type: "string", default: "400" },
    program: { type: "string", default: "engine" },
  },
});

const firstSeed = Number(values.seed ?? 1);
const seedCount =
  values.seed === undefined
    ? Number(values.seeds)
    : Math.max(1, Number(values.seeds === "100" ? 1 : values.seeds));
const stepCount = Number(values.steps);
const lineCount = Number(values.lines);
if (
  ![firstSeed, seedCount, stepCount, lineCount].every(
    (given) => Number.isSafeInteger(given) && given >= 0,
  )
) {
  console.error("--seeds, --seed, --steps and --lines take a number");
  process.exit(2);
}

/** So that every twentieth run is held against itself. */
const twiceEvery = 20;
const progressEvery = 25;

const printFailed = ({ seed, faults, lines, profile }: RunReport): void => {
  console.log(lines.slice(-lineCount).join("\n"));
  console.log(JSON.stringify(profile));
  for (const sentence of faults) console.log(`FAULT ${sentence}`);
  console.log(`again: npm run sim -- --seed ${seed} --steps ${stepCount}`);
};

const isPlain = values.program === "plain";
const totals = createTotals();
let failedCount = 0;
const startedAtMs = performance.now();
const run = (seed: number): Promise<RunReport> =>
  runSeed({
    seed,
    stepCount,
    ...(isPlain
      ? { startProgram: startPlainProgram, change: simpleProfile }
      : { startProgram: startEngineProgram }),
  });

for (let seed = firstSeed; seed < firstSeed + seedCount; seed++) {
  const report = await run(seed);
  totals.add(report);
  if (report.faults.length > 0) {
    failedCount += 1;
    printFailed(report);
  }
  if (seed % twiceEvery === 0 && (await run(seed)).hash !== report.hash) {
    failedCount += 1;
    console.log(`FAULT seed ${seed} ran twice and was not the same`);
  }
  const done = seed - firstSeed + 1;
  if (done % progressEvery === 0) {
    const perMinute = (done * 60_000) / (performance.now() - startedAtMs);
    console.log(
      `${done}/${seedCount} seeds, ${perMinute.toFixed(0)} a minute, ${failedCount} failed`,
    );
  }
}
const minutes = (performance.now() - startedAtMs) / 60_000;
const unreached = totals.print({ seedCount, minutes });
if (failedCount > 0 || unreached > 0) process.exitCode = 1;
