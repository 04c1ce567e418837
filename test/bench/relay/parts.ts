/** What `npm run bench:relay` measures, by name. */
import { benchAppend } from "./append.ts";
import { benchCatchUp } from "./catchUp.ts";
import { benchFanOut } from "./fanOut.ts";
import { benchMemory } from "./memory.ts";
import type { BenchOptions } from "./options.ts";
import type { Goal } from "./table.ts";
import { benchTwoNodes } from "./twoNodes.ts";

export const benchParts: Readonly<
  Record<string, (options: BenchOptions) => Promise<readonly Goal[]>>
> = {
  append: benchAppend,
  "fan-out": benchFanOut,
  memory: benchMemory,
  "catch-up": benchCatchUp,
  nodes: benchTwoNodes,
};
