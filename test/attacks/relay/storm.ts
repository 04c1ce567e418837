/**
 * `npm run storm:relay -- --seconds 60 --only reconnects,flood`: every attack for so long, one after the
 * other and then all of them together, and what an honest client saw of each.
 */
import { parseArgs } from "node:util";
import { endEverything } from "../../relay/tools/program.ts";
import { type HonestFigures, percentile, startHonest } from "./honest.ts";
import { nothing, stormAttacks } from "./stormAttacks.ts";
import { createTally, type Tally } from "./tally.ts";
import { openTarget, type Target } from "./target.ts";

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "60" },
    only: { type: "string", default: "" },
    bound: { type: "string", default: "250" },
  },
});
const seconds = Number(values.seconds);
const boundMs = Number(values.bound);
const names = Object.keys(stormAttacks).filter((name) =>
  values.only.split(",").some((wanted) => name.includes(wanted)),
);

for (const signal of ["SIGINT", "SIGTERM"] as const)
  process.once(signal, () => void endEverything().finally(() => process.exit(130)));

/** Of the relay's process. */
interface Cost {
  readonly memoryMiB: number;
  readonly processorSeconds: number;
}

const costOf = async ({ relay }: Target): Promise<Cost> => {
  const metrics = await relay.metrics();
  return {
    memoryMiB: (metrics.get("process_resident_memory_bytes") ?? 0) / 2 ** 20,
    processorSeconds: metrics.get("process_cpu_seconds_total") ?? 0,
  };
};

const report = (
  name: string,
  { appendMs, visitMs, failures }: HonestFigures,
  tally: Tally["counts"],
  cost: Cost,
): boolean => {
  const p50 = percentile(appendMs, 0.5);
  const p99 = percentile(appendMs, 0.99);
  const isGood = p99 < boundMs && failures.length === 0 && appendMs.length > 0;
  const told = Object.entries(tally).map(([what, count]) => `${what} ${count}`);
  console.log(
    `${isGood ? "ok  " : "SLOW"} ${name.padEnd(36)} ${appendMs.length} appends p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms, longest ${percentile(appendMs, 1).toFixed(0)} ms; ${visitMs.length} visits p99 ${percentile(visitMs, 0.99).toFixed(0)} ms; relay ${cost.memoryMiB.toFixed(0)} MiB, ${cost.processorSeconds.toFixed(1)} s busy; ${told.join(", ")}`,
  );
  for (const failure of failures) console.log(`     honest client: ${failure}`);
  return isGood;
};

const runFor = async (target: Target, attacks: readonly string[]): Promise<Tally["counts"]> => {
  const untilMs = performance.now() + seconds * 1_000;
  const { add, counts } = createTally();
  await Promise.all(
    attacks.map(async (name) => {
      await (stormAttacks[name] ?? nothing)({
        target,
        add,
        isOver: () => performance.now() > untilMs,
      });
    }),
  );
  return counts;
};

try {
  const target = await openTarget({ logLevel: "info" });
  const honest = await startHonest(target.relay.url);
  let areGood = true;
  const phase = async (name: string, attacks: readonly string[]): Promise<void> => {
    await honest.figures();
    const { processorSeconds } = await costOf(target);
    const tally = await runFor(target, attacks);
    const figures = await honest.figures();
    const after = await costOf(target);
    const cost = { ...after, processorSeconds: after.processorSeconds - processorSeconds };
    areGood = report(name, figures, tally, cost) && areGood;
  };
  await phase("nothing", [""]);
  for (const name of names) await phase(name, [name]);
  if (names.length > 1) await phase("all together", names);
  await phase("nothing again", [""]);
  await honest.stop();
  console.log(areGood ? `p99 stayed below ${boundMs} ms` : `p99 did not stay below ${boundMs} ms`);
  process.exitCode = areGood ? 0 : 1;
} finally {
  await endEverything();
}
