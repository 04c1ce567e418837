/** Fan-out of one sender to many receivers, against a bare broadcast of messages of the same length. */
import { cpuMsOf } from "./cpu.ts";
import { messageCountFor, type PacedRun, type PeakRun } from "./drive.ts";
import { numberText, ratiosOf, type Spread, spreadOf, spreadText } from "./figures.ts";
import { type Side, startSide } from "./jobs.ts";
import type { LineSide } from "./lineSide.ts";
import {
  driverShareOf,
  type Measured,
  measured,
  microsText,
  othersText,
  profiled,
  type Server,
} from "./measured.ts";
import type { BenchOptions } from "./options.ts";
import { progress } from "./progress.ts";
import { type RelayProcess, startRelayProcess } from "./relayProcess.ts";
import { atLeast, atMost, type Goal, printTable } from "./table.ts";
import type { WsBroadcastSide } from "./wsBroadcastSide.ts";

/** A sender that gathers while its last puts are under way, and one that does not. */
const gatheredPutSize = 16;
const putSizes = [1, gatheredPutSize] as const;
const offeredPerSecond = 80_000;
/** What a bare broadcast lacks is a store; what it does not do is gather. */
const peakGoalRatio = 2;
const p99GoalRatio = 1.5;
const deliveredShareGoal = 0.99;

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
  const pace = { runMs, messagesPerSecond: offeredPerSecond / receiverCount };
  const profile = <T>(name: string, work: () => Promise<T>): Promise<T> =>
    profiled(relay, profileFolder, `fan-out-${receiverCount}-${name}`, work);
  const peak = async (server: Server, line: string, putSize: number) => {
    progress(`fan-out to ${receiverCount}: ${line}, peak, ${putSize} a put`);
    await load.ask("makeReady", { line, messageCount: messageCountFor(runMs, putSize), putSize });
    return profile(`${line}-peak-${putSize}`, () =>
      measured([server], () => load.ask("peak", { line, runMs, putSize })),
    );
  };
  const paced = async (server: Server, line: string) => {
    progress(`fan-out to ${receiverCount}: ${line}, ${offeredPerSecond} a second`);
    return profile(`${line}-paced`, () =>
      measured([server], () => load.ask("paced", { line, ...pace })),
    );
  };
  for (const putSize of putSizes) await peak(relay, "relay", putSize);
  await peak(broadcast, "broadcast", 1);
  for (let repetition = 0; repetition < repetitions; repetition++) {
    for (const putSize of putSizes)
      runs.peaks.get(putSize)?.push(await peak(relay, "relay", putSize));
    runs.broadcastPeaks.push(await peak(broadcast, "broadcast", 1));
    runs.paced.push(await paced(relay, "relay"));
    runs.broadcastPaced.push(await paced(broadcast, "broadcast"));
  }
  return runs;
};

const perSecondOf = (runs: readonly Measured<PeakRun>[]): readonly number[] =>
  runs.map(({ value }) => value.deliveriesPerSecond);

const deliveriesOf = ({ deliveryCount }: { readonly deliveryCount: number }): number =>
  deliveryCount;

const peakRows = ({ receiverCount, peaks, broadcastPeaks }: Runs) =>
  [...peaks].map(([putSize, ours]) => [
    numberText(receiverCount),
    `${putSize}`,
    numberText(spreadOf(ours.map(({ value }) => value.messagesPerFrame)).median),
    spreadText(spreadOf(perSecondOf(ours))),
    spreadText(spreadOf(perSecondOf(broadcastPeaks))),
    spreadText(ratiosOf(perSecondOf(ours), perSecondOf(broadcastPeaks))),
    microsText(ours, deliveriesOf),
    microsText(broadcastPeaks, deliveriesOf),
    driversText(ours, broadcastPeaks),
    othersText([...ours, ...broadcastPeaks]),
  ]);

const eachOf = (runs: readonly Measured<PacedRun>[], key: keyof PacedRun): readonly number[] =>
  runs.map(({ value }) => Number(value[key]));

const spreadIn = (runs: readonly Measured<PacedRun>[], key: keyof PacedRun): Spread =>
  spreadOf(eachOf(runs, key));

const p99RatioOf = ({ paced, broadcastPaced }: Runs): Spread =>
  ratiosOf(eachOf(paced, "p99Ms"), eachOf(broadcastPaced, "p99Ms"));

const driversText = (ours: readonly Measured<unknown>[], theirs: readonly Measured<unknown>[]) =>
  `${numberText(driverShareOf(ours))} ${numberText(driverShareOf(theirs))}`;

const pacedRow = (runs: Runs) => {
  const { receiverCount, paced, broadcastPaced } = runs;
  return [
    numberText(receiverCount),
    spreadText(spreadIn(paced, "deliveredShare")),
    spreadText(spreadIn(paced, "p50Ms")),
    spreadText(spreadIn(broadcastPaced, "p50Ms")),
    spreadText(spreadIn(paced, "p99Ms")),
    spreadText(spreadIn(broadcastPaced, "p99Ms")),
    spreadText(p99RatioOf(runs)),
    microsText(paced, deliveriesOf),
    microsText(broadcastPaced, deliveriesOf),
    driversText(paced, broadcastPaced),
    othersText([...paced, ...broadcastPaced]),
  ];
};

const goalsOf = (runs: Runs): readonly Goal[] => {
  const { receiverCount, peaks, broadcastPeaks, paced, broadcastPaced } = runs;
  const where = `fan-out to ${numberText(receiverCount)}`;
  const offered = `${where}, ${numberText(offeredPerSecond)}/s offered`;
  const gathered = peaks.get(gatheredPutSize) ?? [];
  const driverShares = [driverShareOf(paced), driverShareOf(broadcastPaced)];
  return [
    atLeast({
      what: `${where}, ${gatheredPutSize} a put: peak, of a bare broadcast`,
      limit: peakGoalRatio,
      found: ratiosOf(perSecondOf(gathered), perSecondOf(broadcastPeaks)),
      driverShares: [driverShareOf(gathered), driverShareOf(broadcastPeaks)],
    }),
    atLeast({
      what: `${offered}: share delivered`,
      limit: deliveredShareGoal,
      found: spreadIn(paced, "deliveredShare"),
      driverShares,
    }),
    atMost({
      what: `${offered}: p99, of a bare broadcast`,
      limit: p99GoalRatio,
      found: p99RatioOf(runs),
      driverShares,
    }),
  ];
};

const runAgainst = async (receiverCount: number, options: BenchOptions): Promise<Runs> => {
  progress(`fan-out to ${receiverCount}: connecting`);
  const relay = await startRelayProcess({ loadsInside: options.profileFolder !== undefined });
  const load = startSide<LineSide>(new URL("./lineSide.ts", import.meta.url));
  const peer = startSide<WsBroadcastSide>(new URL("./wsBroadcastSide.ts", import.meta.url));
  const urls = [relay.url];
  await load.ask("openRelay", { line: "relay", urls, seed: "fan out", receiverCount, putSizes });
  const { value: url } = await peer.ask("listen", undefined);
  await load.ask("openBroadcast", { line: "broadcast", url, receiverCount });
  const broadcast = { cpuMs: () => ({ serverMs: cpuMsOf(peer.pid), postgresMs: 0 }) };
  const runs = await runAll({ relay, load, broadcast }, receiverCount, options);
  await load.stop();
  await peer.stop();
  await relay.stop();
  return runs;
};

export const benchFanOut = async (options: BenchOptions): Promise<readonly Goal[]> => {
  const results: Runs[] = [];
  for (const receiverCount of options.receiverCounts)
    results.push(await runAgainst(receiverCount, options));
  print(results);
  return results.flatMap(goalsOf);
};

const print = (results: readonly Runs[]): void => {
  const columns = ["ratio", "relay µs", "ws µs", "drivers", "others"];
  console.log(
    "Fan-out at its peak: deliveries a second, and µs of processor each (server, Postgres, load)",
  );
  printTable(
    ["receivers", "a put", "a frame", "relay", "bare ws", ...columns],
    results.flatMap(peakRows),
  );
  console.log(`Fan-out at ${numberText(offeredPerSecond)} deliveries a second`);
  printTable(
    ["receivers", "delivered", "p50 ms", "ws p50 ms", "p99 ms", "ws p99 ms", ...columns],
    results.map(pacedRow),
  );
};
