/**
 * `npm run crash:devices -- --rounds 200 --seed N`: two devices as programs of their own at a relay, one
 * or both killed so many times at a random moment; in the end both have every word that was confirmed.
 */
import { parseArgs } from "node:util";
import { endEverything } from "../relay/tools/program.ts";
import { runDeviceRounds } from "./tools/deviceRounds.ts";

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "200" },
    seed: { type: "string", default: `${Date.now() % 2 ** 31}` },
  },
});

const [rounds, seed] = [Number(values.rounds), Number(values.seed)];
if (!(rounds >= 1) || !Number.isSafeInteger(rounds + seed)) {
  console.error("--rounds and --seed take a number");
  process.exit(2);
}

for (const signal of ["SIGINT", "SIGTERM"] as const)
  process.once(signal, () => void endEverything().finally(() => process.exit(130)));

try {
  console.log(`${rounds} rounds, seed ${seed}`);
  const report = await runDeviceRounds({
    rounds,
    seed,
    onRound: (round, { wordsSaved }) => {
      if (round % 20 === 0) console.log(`${round}/${rounds}: ${wordsSaved} words confirmed`);
    },
  });
  console.log(JSON.stringify(report));
  for (const sentence of report.faults) console.log(`FAULT ${sentence}`);
  if (report.faults.length > 0) process.exitCode = 1;
} finally {
  await endEverything();
}
