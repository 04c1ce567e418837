/** What `npm run bench:sync` measures, by name. */
import type { Goal } from "../relay/table.ts";
import { benchBurst } from "./burst.ts";
import { benchCold } from "./cold.ts";
import { benchOpen, benchWrite } from "./local.ts";
import type { BenchOptions } from "./options.ts";
import { benchPaced } from "./paced.ts";
import { benchRelayMemory } from "./relayMemory.ts";
import { benchTrace } from "./traced.ts";

export const benchParts: Readonly<
  Record<string, (options: BenchOptions) => Promise<readonly Goal[]>>
> = {
  burst: benchBurst,
  paced: benchPaced,
  memory: benchRelayMemory,
  cold: benchCold,
  trace: benchTrace,
  write: benchWrite,
  open: benchOpen,
};
