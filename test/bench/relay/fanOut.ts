/** Fan-out of one sender to many receivers, against a bare broadcast of messages of the same length. */
import { cpuMsOf } from "./cpu.ts";
import { numberText, ratiosOf, spreadOf, spreadText } from "./figures.ts";
import { type Side, startSide } from "./jobs.ts";
import type { PacedRun, PeakRun } from "./drive.ts";
import type { LineSide } from "./lineSide.ts";
import { type Measured, measured, profiled, type Server } from "./measured.ts";
import type { BenchOptions } from "./options.ts";
import { type RelayProcess, startRelayProcess } from "./relayProcess.ts";
import { type Goal, printTable } from "./table.ts";
import type { WsBroadcastSide } from "./wsBroadcastSide.ts";

const receiverCounts = [100, 1_000] as const;
const putSizes = [1, 16] as const;
const offeredPerSecond = 80_000;
/** What a bare broadcast lacks is a store; what it does not do is gather. */
const peakGoalRatio = 2;
const p99GoalRatio = 1.5;
const deliveredShareGoal = 0.99;
/** Long enough for a hundred messages at a thousand receivers. */
const pacedRunFactor = 4;

interface Sides {
  readonly relay: RelayProcess;
  readonly load: Side<LineSide>;
  readonly broadcast: Server;
}

interface Runs {
  readonly receiverCount: number;
  /** By size of the puts. */
  readonly peaks: ReadonlyMap<number, Measured<PeakRun>[]>;
  readonly broadcastPeaks: Measured<PeakRun>[];
  readonly paced: Measured<PacedRun>[];
  readonly broadcastPaced: Measured<PacedRun>[];
}

const runAll = async (
  { relay, load, broadcast }: Sides,
  receiverCount: number,
  { repetitions, runMs, profileFolder }: BenchOptions,
): Promise<Runs> => {
  const runs: Runs = {
    receiverCount,
    peaks: new Map(putSizes.map((putSize) => [putSize, []])),
    broadcastPeaks: [],
    paced: [],
    broadcastPaced: [],
  };
  const pace = {
    runMs: runMs * pacedRunFactor,
    messagesPerSecond: offeredPerSecond / receiverCount,
  };
  const peak = (server: Server, line: string, putSize: number) =>
    measured([server], () => load.ask("peak", { line, runMs, putSize }));
  const paced = (server: Server, line: string) =>
    measured([server], () => load.ask("paced", { line, ...pace }));
  const profile = <T>(name: string, work: () => Promise<T>): Promise<T> =>
    profiled(relay, profileFolder, `fan-out-${receiverCount}-${name}`, work);
  for (const putSize of putSizes) await peak(relay, "relay", putSize);
  await peak(broadcast, "broadcast", 1);
  for (let repetition = 0; repetition < repetitions; repetition++) {
    for (const putSize of putSizes)
      runs.peaks
        .get(putSize)
        ?.push(await profile(`peak-${putSize}`, () => peak(relay, "relay", putSize)));
    runs.broadcastPeaks.push(await peak(broadcast, "broadcast", 1));
    runs.paced.push(await profile("paced", () => paced(relay, "relay")));
    runs.broadcastPaced.push(await paced(broadcast, "broadcast"));
  }
  return runs;
};

const perSecondOf = (runs: readonly Measured<PeakRun>[]): readonly number[] =>
  runs.map(({ value }) => value.deliveriesPerSecond);

const microsText = (runs: readonly Measured<PeakRun | PacedRun>[]): string =>
  (["serverMs", "postgresMs", "loadMs"] as const)
    .map((side) =>
      numberText(spreadOf(runs.map((run) => (run[side] * 1_000) / run.value.deliveryCount)).median),
    )
    .join(" ");

const othersText = (runs: readonly Measured<unknown>[]): string =>
  numberText(spreadOf(runs.map(({ othersCount }) => othersCount)).median);

const peakRows = ({ receiverCount, peaks, broadcastPeaks }: Runs) =>
  [...peaks].map(([putSize, ours]) => [
    numberText(receiverCount),
    `${putSize}`,
    numberText(spreadOf(ours.map(({ value }) => value.messagesPerFrame)).median),
    spreadText(spreadOf(perSecondOf(ours))),
    spreadText(spreadOf(perSecondOf(broadcastPeaks))),
    spreadText(ratiosOf(perSecondOf(ours), perSecondOf(broadcastPeaks))),
    microsText(ours),
    microsText(broadcastPeaks),
    othersText([...ours, ...broadcastPeaks]),
  ]);

const p99sOf = (runs: readonly Measured<PacedRun>[]) => runs.map(({ value }) => value.p99Ms);
const p50sOf = (runs: readonly Measured<PacedRun>[]) => runs.map(({ value }) => value.p50Ms);
const sharesOf = (runs: readonly Measured<PacedRun>[]) =>
  runs.map(({ value }) => value.deliveredShare);

const pacedRow = ({ receiverCount, paced, broadcastPaced }: Runs) => [
  numberText(receiverCount),
  spreadText(spreadOf(sharesOf(paced))),
  spreadText(spreadOf(p50sOf(paced))),
  spreadText(spreadOf(p50sOf(broadcastPaced))),
  spreadText(spreadOf(p99sOf(paced))),
  spreadText(spreadOf(p99sOf(broadcastPaced))),
  spreadText(ratiosOf(p99sOf(paced), p99sOf(broadcastPaced))),
  microsText(paced),
  microsText(broadcastPaced),
  othersText([...paced, ...broadcastPaced]),
];

const goalsOf = (runs: Runs): readonly Goal[] => {
  const { receiverCount, peaks, broadcastPeaks, paced, broadcastPaced } = runs;
  const where = `fan-out to ${numberText(receiverCount)}`;
  const share = spreadOf(sharesOf(paced));
  const p99 = ratiosOf(p99sOf(paced), p99sOf(broadcastPaced));
  return [
    ...[...peaks].map(([putSize, ours]) => {
      const ratio = ratiosOf(perSecondOf(ours), perSecondOf(broadcastPeaks));
      return {
        what: `${where}, ${putSize} a put: peak, of a bare broadcast`,
        goal: `>= ${peakGoalRatio}`,
        found: spreadText(ratio),
        isMet: ratio.median >= peakGoalRatio,
      };
    }),
    {
      what: `${where}, ${numberText(offeredPerSecond)}/s offered: share delivered`,
      goal: `>= ${deliveredShareGoal}`,
      found: spreadText(share),
      isMet: share.median >= deliveredShareGoal,
    },
    {
      what: `${where}, ${numberText(offeredPerSecond)}/s offered: p99, of a bare broadcast`,
      goal: `<= ${p99GoalRatio}`,
      found: spreadText(p99),
      isMet: p99.median <= p99GoalRatio,
    },
  ];
};

export const benchFanOut = async (options: BenchOptions): Promise<readonly Goal[]> => {
  const results: Runs[] = [];
  for (const receiverCount of receiverCounts) {
    const relay = await startRelayProcess({ loadsInside: options.profileFolder !== undefined });
    const load = startSide<LineSide>(new URL("./lineSide.ts", import.meta.url));
    const peer = startSide<WsBroadcastSide>(new URL("./wsBroadcastSide.ts", import.meta.url));
    const urls = [relay.url];
    await load.ask("openRelay", { line: "relay", urls, seed: "fan out", receiverCount, putSizes });
    const { value: url } = await peer.ask("listen", undefined);
    await load.ask("openBroadcast", { line: "broadcast", url, receiverCount });
    const broadcast = { cpuMs: () => ({ serverMs: cpuMsOf(peer.pid), postgresMs: 0 }) };
    results.push(await runAll({ relay, load, broadcast }, receiverCount, options));
    await load.stop();
    await peer.stop();
    await relay.stop();
  }
  console.log(
    "Fan-out at its peak: deliveries a second, and µs of processor each (server, Postgres, load)",
  );
  printTable(
    ["receivers", "a put", "a frame", "relay", "bare ws", "ratio", "relay µs", "ws µs", "others"],
    results.flatMap(peakRows),
  );
  console.log(`Fan-out at ${numberText(offeredPerSecond)} deliveries a second`);
  printTable(
    [
      "receivers",
      "delivered",
      "p50 ms",
      "ws p50 ms",
      "p99 ms",
      "ws p99 ms",
      "p99 ratio",
      "relay µs",
      "ws µs",
      "others",
    ],
    results.map(pacedRow),
  );
  return results.flatMap(goalsOf);
};
