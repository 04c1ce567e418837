/** Two relays on one database against one, at the same load: what passing on between them costs. */
import { numberText, spreadOf, spreadText } from "./figures.ts";
import type { PacedRun } from "./drive.ts";
import { startSide } from "./jobs.ts";
import type { LineSide } from "./lineSide.ts";
import { type Measured, measured, profiled } from "./measured.ts";
import type { BenchOptions } from "./options.ts";
import { type RelayProcess, startRelayProcess } from "./relayProcess.ts";
import { type Goal, printTable } from "./table.ts";

const receiverCount = 20;
const messagesPerSecond = 200;
const putSizes = [1];
const extraMsGoal = 1.5;
const farP99MsGoal = 150;
/** Some hundred messages in each run. */
const runFactor = 5;

type Run = Measured<PacedRun>;

const farMs = (values: readonly number[]): number => values[1] ?? Number.NaN;

interface Runs {
  readonly one: Run[];
  readonly two: Run[];
}

const runAll = async (
  nodes: readonly RelayProcess[],
  { repetitions, runMs, profileFolder }: BenchOptions,
): Promise<Runs> => {
  const [first, second] = nodes;
  if (first === undefined || second === undefined) throw new RangeError("two nodes");
  const load = startSide<LineSide>(new URL("./lineSide.ts", import.meta.url));
  const near = { seed: "one node", receiverCount, putSizes, urls: [first.url] };
  const both = { seed: "two nodes", receiverCount, putSizes, urls: [first.url, second.url] };
  await load.ask("openRelay", { line: "one", ...near });
  await load.ask("openRelay", { line: "two", ...both });
  const pace = { runMs: runMs * runFactor, messagesPerSecond };
  const paced = (line: string, nodeCount: number): Promise<Run> =>
    measured(nodes, () => load.ask("paced", { line, nodeCount, ...pace }));
  const runs: Runs = { one: [], two: [] };
  await paced("one", 1);
  await paced("two", 2);
  for (let repetition = 0; repetition < repetitions; repetition++) {
    runs.one.push(await paced("one", 1));
    const two = (): Promise<Run> => paced("two", 2);
    runs.two.push(
      await profiled(first, profileFolder, "nodes-sender", () =>
        profiled(second, profileFolder, "nodes-other", two),
      ),
    );
  }
  await load.stop();
  return runs;
};

const cpuText = (runs: readonly Run[]): string =>
  (["serverMs", "postgresMs", "loadMs"] as const)
    .map((side) =>
      numberText(spreadOf(runs.map((run) => (run[side] * 1_000) / run.value.deliveryCount)).median),
    )
    .join(" ");

export const benchTwoNodes = async (options: BenchOptions): Promise<readonly Goal[]> => {
  const loadsInside = options.profileFolder !== undefined;
  const first = await startRelayProcess({ loadsInside });
  const second = await startRelayProcess({ loadsInside, besides: first });
  const { one, two } = await runAll([first, second], options);
  await second.stop();
  await first.stop();
  const oneP50s = one.map(({ value }) => value.p50Ms);
  const farP50s = two.map(({ value }) => farMs(value.p50MsByNode));
  const row = (
    name: string,
    runs: readonly Run[],
    p50s: readonly number[],
    p99s: readonly number[],
  ) => [
    name,
    spreadText(spreadOf(runs.map(({ value }) => value.deliveredShare))),
    spreadText(spreadOf(p50s)),
    spreadText(spreadOf(p99s)),
    cpuText(runs),
    numberText(spreadOf(runs.map(({ othersCount }) => othersCount)).median),
  ];
  const farP99s = two.map(({ value }) => farMs(value.p99MsByNode));
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
      row(
        "all, one node",
        one,
        oneP50s,
        one.map(({ value }) => value.p99Ms),
      ),
      row(
        "all, two nodes",
        two,
        two.map(({ value }) => value.p50Ms),
        two.map(({ value }) => value.p99Ms),
      ),
      row(
        "  at the sender's node",
        two,
        two.map(({ value }) => value.p50MsByNode[0] ?? Number.NaN),
        two.map(({ value }) => value.p99MsByNode[0] ?? Number.NaN),
      ),
      row("  at the other node", two, farP50s, farP99s),
    ],
  );
  const extraMs = spreadOf(farP50s.map((ms, at) => ms - (oneP50s[at] ?? Number.NaN)));
  const farP99 = spreadOf(farP99s);
  return [
    {
      what: "two nodes: median at the other node beyond that of one node, ms",
      goal: `<= ${extraMsGoal}`,
      found: spreadText(extraMs),
      isMet: extraMs.median <= extraMsGoal,
    },
    {
      what: "two nodes: p99 at the other node, ms",
      goal: `< ${farP99MsGoal}`,
      found: spreadText(farP99),
      isMet: farP99.median < farP99MsGoal,
    },
  ];
};
