/**
 * `npm run bench:relay`: the relay against peers that do the bare work, in the same run and on the same
 * machine, and the goals. `--quick` takes less than a minute; only the full run fails for a missed goal.
 */
import { benchParts } from "./relay/parts.ts";
import { parseBenchOptions } from "./relay/options.ts";
import { type Goal, printGoals } from "./relay/table.ts";

const options = parseBenchOptions();
const goals: Goal[] = [];
for (const [name, bench] of Object.entries(benchParts)) {
  if (options.only.length > 0 && !options.only.includes(name)) continue;
  const startedAtMs = performance.now();
  goals.push(...(await bench(options)));
  console.log(`(${name}: ${((performance.now() - startedAtMs) / 1_000).toFixed(0)} s)\n`);
}
printGoals(goals);
if (!options.isQuick && !goals.every(({ isMet }) => isMet)) process.exitCode = 1;
