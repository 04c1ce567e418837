/** Runs the worlds that it is told to, one after the other: one of several processes that `sim.ts` starts. */
import { startEngineProgram } from "./engineProgram.ts";
import { startPlainProgram } from "./plainProgram.ts";
import { simpleProfile } from "./profile.ts";
import { runSeed, type RunReport } from "./runSeed.ts";

export interface Order {
  readonly seed: number;
  readonly stepCount: number;
  readonly isPlain: boolean;
  /** And holds it against itself. */
  readonly isTwice: boolean;
}

export interface Answer {
  readonly report: RunReport;
  readonly isSame: boolean;
}

const run = ({ seed, stepCount, isPlain }: Order): Promise<RunReport> =>
  runSeed({
    seed,
    stepCount,
    ...(isPlain
      ? { startProgram: startPlainProgram, change: simpleProfile }
      : { startProgram: startEngineProgram }),
  });

process.on("message", (order: Order) => {
  void (async () => {
    const report = await run(order);
    const isSame = !order.isTwice || (await run(order)).hash === report.hash;
    process.send?.({ report, isSame } satisfies Answer);
  })();
});
