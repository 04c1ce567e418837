/**
 * `npm run bench:memory`: the index alone beside a bare full-text table, and the program as a person meets
 * it: a daemon over a vault of 50,000 facts, commands as whole processes, and what the daemon takes while
 * nobody asks. Some eight minutes; `--quick`, `--only index`, `--only program`, `--idle SECONDS`.
 */
import { parseBenchOptions } from "./memory/options.ts";
import { benchProgram } from "./memory/program.ts";
import { benchSearchIndex } from "./memory/searchIndex.ts";
import { type Goal, printGoals } from "./relay/table.ts";

const options = parseBenchOptions();
const parts = { index: benchSearchIndex, program: benchProgram };
const goals: Goal[] = [];
for (const [name, bench] of Object.entries(parts))
  if (options.only.length === 0 || options.only.includes(name))
    goals.push(...(await bench(options)));
printGoals(goals);
if (!options.isQuick && !goals.every(({ isMet }) => isMet)) process.exitCode = 1;
