/** Two relays on one database against one, at the same load: what passing on between them costs. */
import { assert } from "@duro/crypto/types";
import type { PacedRun } from "./drive.ts";
import { spreadOf, spreadText } from "./figures.ts";
import { startSide } from "./jobs.ts";
import type { LineSide } from "./lineSide.ts";
import {
  driverShareOf,
  type Measured,
  measured,
  microsText,
  othersText,
  profiled,
} from "./measured.ts";
import type { BenchOptions } from "./options.ts";
import { progress } from "./progress.ts";
import { type RelayProcess, startRelayProcess } from "./relayProcess.ts";
import { atMost, type Goal, printTable } from "./table.ts";

const receiverCount = 20;
const messagesPerSecond = 200;
const extraMsGoal = 1.5;
/** A message that has to wait for a look into the store still comes before a person notices. */
const farP99MsGoal = 150;

type Run = Measured<PacedRun>;

/** At the node that the sender is not at. */
const farMs = (values: readonly number[]): number => values[1] ?? Number.NaN;
const nearMs = (values: readonly number[]): number => values[0] ?? Number.NaN;

interface Runs {
  readonly one: readonly Run[];
  readonly two: readonly Run[];
}

const runAll = async (
  first: RelayProcess,
  second: RelayProcess,
  { repetitions, runMs, profileFolder }: BenchOptions,
): Promise<Runs> => {
  const load = startSide<LineSide>(new URL("./lineSide.ts", import.meta.url));
  const line = { receiverCount, putSizes: [] };
  const urls = [first.url, second.url];
  await load.ask("openRelay", { line: "one", seed: "one node", urls: [first.url], ...line });
  await load.ask("openRelay", { line: "two", seed: "two nodes", urls, ...line });
  const pace = { runMs, messagesPerSecond };
  const paced = async (name: string, nodeCount: number): Promise<Run> => {
    return profiled(second, profileFolder, `nodes-${name}-far`, () =>
      profiled(first, profileFolder, `nodes-${name}-near`, () =>
        measured([first, second], () => load.ask("paced", { line: name, nodeCount, ...pace })),
      ),
    );
  };
  const one: Run[] = [];
  const two: Run[] = [];
  await paced("one", 1);
  await paced("two", 2);
  for (let repetition = 0; repetition < repetitions; repetition++) {
    one.push(await paced("one", 1));
    two.push(await paced("two", 2));
  }
  await load.stop();
  return { one, two };
};

export const benchTwoNodes = async (options: BenchOptions): Promise<readonly Goal[]> => {
  progress("two nodes");
  const loadsInside = options.profileFolder !== undefined;
  const first = await startRelayProcess({ loadsInside });
  const second = await startRelayProcess({ loadsInside, besides: first });
  const runs = await runAll(first, second, options);
  await second.stop();
  await first.stop();
  print(runs);
  const { one, two } = runs;
  const driverShares = [driverShareOf(two), driverShareOf(one)];
  return [
    atMost({
      what: "two nodes: median beyond that of one node, ms",
      limit: extraMsGoal,
      found: spreadOf(two.map(({ value }, at) => value.p50Ms - (one[at]?.value.p50Ms ?? 0))),
      driverShares,
    }),
    atMost({
      what: "two nodes: p99 at the other node, ms",
      limit: farP99MsGoal,
      found: spreadOf(two.map(({ value }) => farMs(value.p99MsByNode))),
      driverShares,
    }),
  ];
};

const row = (
  name: string,
  runs: readonly Run[],
  msOf: (value: PacedRun) => readonly [p50: number, p99: number],
): readonly string[] => {
  const all = runs.map(({ value }) => msOf(value));
  assert(all.length > 0, "measured at least once");
  return [
    name,
    spreadText(spreadOf(runs.map(({ value }) => value.deliveredShare))),
    spreadText(spreadOf(all.map(([p50]) => p50))),
    spreadText(spreadOf(all.map(([, p99]) => p99))),
    microsText(runs, ({ deliveryCount }) => deliveryCount),
    othersText(runs),
  ];
};

const print = ({ one, two }: Runs): void => {
  console.log(
    `Nodes: one sender, ${messagesPerSecond} updates a second, ${receiverCount} receivers, half of them at each of two nodes`,
  );
  printTable(
    [
      "receivers",
      "delivered",
      "p50 ms",
      "p99 ms",
      "µs a delivery (relays, Postgres, load)",
      "others",
    ],
    [
      row("all, one node", one, ({ p50Ms, p99Ms }) => [p50Ms, p99Ms]),
      row("all, two nodes", two, ({ p50Ms, p99Ms }) => [p50Ms, p99Ms]),
      row("  at the sender's node", two, ({ p50MsByNode, p99MsByNode }) => [
        nearMs(p50MsByNode),
        nearMs(p99MsByNode),
      ]),
      row("  at the other node", two, ({ p50MsByNode, p99MsByNode }) => [
        farMs(p50MsByNode),
        farMs(p99MsByNode),
      ]),
    ],
  );
};
