/** `npm run bench:relay` */
import { benchAppend } from "./relay/append.ts";
import { benchCatchUp } from "./relay/catchUp.ts";
import { benchTwoNodes } from "./relay/twoNodes.ts";
import { benchFanOut } from "./relay/fanOut.ts";
import { benchMemory } from "./relay/memory.ts";
import type { BenchOptions } from "./relay/options.ts";
import { parseBenchOptions } from "./relay/options.ts";
import { type Goal, printGoals } from "./relay/table.ts";

const parts: Readonly<Record<string, (options: BenchOptions) => Promise<readonly Goal[]>>> = {
  append: benchAppend,
  "fan-out": benchFanOut,
  memory: benchMemory,
  "catch-up": benchCatchUp,
  nodes: benchTwoNodes,
};

const options = parseBenchOptions();
const goals: Goal[] = [];
for (const [name, bench] of Object.entries(parts)) {
  if (options.only.length > 0 && !options.only.includes(name)) continue;
  const startedAtMs = performance.now();
  goals.push(...(await bench(options)));
  console.log(`(${name}: ${((performance.now() - startedAtMs) / 1_000).toFixed(0)} s)\n`);
}
printGoals(goals);
