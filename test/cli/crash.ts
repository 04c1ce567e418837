/** `npm run crash:daemon -- --rounds 100 --seed 7`: the long version of what the gate does shortly. */
import { parseArgs } from "node:util";
import { runCrashRounds } from "./tools/crashRounds.ts";
import { createMachine, endMachines, found } from "./tools/machine.ts";

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "100" },
    seed: { type: "string", default: String(Date.now() % 2 ** 31) },
  },
});
const options = { rounds: Number(values.rounds), seed: Number(values.seed) };
console.log(`seed ${options.seed}, ${options.rounds} rounds`);
const startedAtMs = performance.now();
try {
  const machine = await createMachine();
  await found(machine);
  const { kills, confirmed, lost } = await runCrashRounds(machine, options);
  const seconds = Math.round((performance.now() - startedAtMs) / 1_000);
  console.log(`${kills} kills, ${confirmed} confirmed, ${lost.length} lost, ${seconds} s`);
  if (lost.length > 0) process.exitCode = 1;
} finally {
  await endMachines();
}
