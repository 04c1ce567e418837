/**
 * `npm run bench:sync`: the engine and the relay against peers that keep plaintext in memory, in the same
 * run and on the same machine, with the same edits, and the goals. `--quick`, `--only burst`, `--peer duro`.
 */
import { type Goal, printGoals } from "./relay/table.ts";
import { parseBenchOptions } from "./sync/options.ts";
import { benchParts } from "./sync/parts.ts";
import { installPeers } from "./sync/peerPackages.ts";

const options = parseBenchOptions();
if (options.peers.some((peer) => peer !== "duro")) installPeers();
const goals: Goal[] = [];
for (const [name, bench] of Object.entries(benchParts)) {
  if (options.only.length > 0 && !options.only.includes(name)) continue;
  const startedAtMs = performance.now();
  goals.push(...(await bench(options)));
  console.log(`(${name}: ${((performance.now() - startedAtMs) / 1_000).toFixed(0)} s)\n`);
}
printGoals(goals);
if (!options.isQuick && !goals.every(({ isMet }) => isMet)) process.exitCode = 1;
