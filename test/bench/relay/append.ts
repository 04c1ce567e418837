/** Durable appends with receipts, against plain inserts of the same bytes into the same Postgres. */
import type { AppendSide } from "./appendSide.ts";
import { numberText, ratiosOf, type Spread, spreadOf, spreadText } from "./figures.ts";
import { startSide } from "./jobs.ts";
import { type Measured, measured, profiled } from "./measured.ts";
import type { BenchOptions } from "./options.ts";
import type { PlainInsertSide } from "./plainInsertSide.ts";
import { type RelayProcess, startRelayProcess } from "./relayProcess.ts";
import { type Goal, printTable } from "./table.ts";
import { vaultsPerUser } from "./world.ts";

const putSizes = [1, 16, 64] as const;
const connectionCounts = [1, 10, 100] as const;
/** One connection is one user's. */
const vaultCountsOf = (connectionCount: number): readonly number[] =>
  connectionCount === 1 ? [1, 10, vaultsPerUser] : [1, 10, 1_000];
const largestStatementRowCount = 100;
/** At 0.5 of the plain inserts a receipt costs as much again as the row. */
const goalRatio = 0.5;
const firstEnvelopeCount = 512;

interface Sides {
  readonly relay: RelayProcess;
  readonly load: ReturnType<typeof startSide<AppendSide>>;
  readonly peer: ReturnType<typeof startSide<PlainInsertSide>>;
}

interface Cell {
  readonly connectionCount: number;
  readonly vaultCount: number;
  readonly putSize: number;
}

/** So many that a run lasts as long as it should, whole puts for each connection. */
const countFor = (first: Run, { putSize, connectionCount }: Cell, runMs: number): number => {
  const round = putSize * connectionCount;
  return Math.max(1, Math.round((perSecondOf(first) * runMs) / 1_000 / round)) * round;
};

type Run = Measured<number>;

const perSecondOf = ({ value, wallMs }: Run): number => (value * 1_000) / wallMs;

const runRelay = async (
  { relay, load }: Sides,
  { putSize }: Cell,
  envelopeCount: number,
): Promise<Run> => {
  await load.ask("make", { putSize, envelopeCount });
  return measured([relay], () => load.ask("write", { putSize }));
};

const runPeer = async ({ relay, peer }: Sides, cell: Cell, rowCount: number): Promise<Run> => {
  const { connectionCount, vaultCount, putSize: rowsPerStatement } = cell;
  await peer.ask("make", { connectionCount, vaultCount, rowsPerStatement, rowCount });
  return measured([relay], () => peer.ask("write", { connectionCount }));
};

interface CellResult extends Cell {
  readonly ours: readonly Run[];
  readonly theirs: readonly Run[];
  readonly ratio: Spread;
}

const runCell = async (
  sides: Sides,
  cell: Cell,
  { repetitions, runMs, profileFolder }: BenchOptions,
): Promise<CellResult> => {
  const firstCount = Math.max(firstEnvelopeCount, 2 * cell.putSize * cell.connectionCount);
  const ourCount = countFor(await runRelay(sides, cell, firstCount), cell, runMs);
  const theirCount = countFor(await runPeer(sides, cell, firstCount), cell, runMs);
  const ours: Run[] = [];
  const theirs: Run[] = [];
  const name = `append-${cell.connectionCount}x${cell.vaultCount}x${cell.putSize}`;
  for (let repetition = 0; repetition < repetitions; repetition++) {
    ours.push(
      await profiled(sides.relay, profileFolder, name, () => runRelay(sides, cell, ourCount)),
    );
    theirs.push(await runPeer(sides, cell, theirCount));
  }
  return { ...cell, ours, theirs, ratio: ratiosOf(ours.map(perSecondOf), theirs.map(perSecondOf)) };
};

const isWanted = ({ cell, isQuick }: BenchOptions, connectionCount: number, vaultCount: number) =>
  cell === undefined
    ? vaultCountsOf(connectionCount).includes(vaultCount) &&
      (!isQuick || connectionCount === 100 || vaultCount === connectionCount)
    : cell.startsWith(`${connectionCount}x${vaultCount}x`);

const microsText = (all: readonly Run[]): string =>
  (["serverMs", "postgresMs", "loadMs"] as const)
    .map((side) => spreadOf(all.map((run) => (run[side] * 1_000) / run.value)).median.toFixed(0))
    .join(" ");

const rowOf = ({ connectionCount, vaultCount, putSize, ours, theirs, ratio }: CellResult) => [
  `${connectionCount} × ${numberText(vaultCount)}`,
  `${putSize}`,
  spreadText(spreadOf(ours.map(perSecondOf))),
  spreadText(spreadOf(theirs.map(perSecondOf))),
  spreadText(ratio),
  microsText(ours),
  microsText(theirs),
  numberText(spreadOf([...ours, ...theirs].map(({ othersCount }) => othersCount)).median),
];

export const benchAppend = async (options: BenchOptions): Promise<readonly Goal[]> => {
  const relay = await startRelayProcess({ loadsInside: options.profileFolder !== undefined });
  const sides: Sides = {
    relay,
    load: startSide<AppendSide>(new URL("./appendSide.ts", import.meta.url)),
    peer: startSide<PlainInsertSide>(new URL("./plainInsertSide.ts", import.meta.url)),
  };
  const results: CellResult[] = [];
  const largest: string[][] = [];
  const { url, database } = relay;
  for (const vaultCount of [1, 10, vaultsPerUser, 1_000]) {
    if (!connectionCounts.some((count) => isWanted(options, count, vaultCount))) continue;
    await sides.load.ask("createWorld", { url, vaultCount });
    for (const connectionCount of connectionCounts) {
      if (!isWanted(options, connectionCount, vaultCount)) continue;
      await sides.load.ask("connect", { url, count: connectionCount });
      await sides.peer.ask("connect", { database, connectionCount });
      for (const putSize of putSizes)
        if (options.cell === undefined || options.cell.endsWith(`x${putSize}`))
          results.push(await runCell(sides, { connectionCount, vaultCount, putSize }, options));
    }
  }
  await sides.load.stop();
  await sides.peer.stop();
  await relay.stop();
  results.sort(
    (left, right) =>
      left.connectionCount - right.connectionCount || left.vaultCount - right.vaultCount,
  );
  console.log("Appends: envelopes a second, and µs of processor each (relay, Postgres, load)");
  printTable(
    [
      "connections × vaults",
      "a put",
      "relay",
      "plain inserts",
      "ratio",
      "relay µs",
      "plain µs",
      "others",
    ],
    [...results.map(rowOf), ...largest],
  );
  return results
    .filter(({ connectionCount }) => connectionCount === 100)
    .map(({ vaultCount, putSize, ratio }) => ({
      what: `appends, 100 connections, ${numberText(vaultCount)} vaults, ${putSize} a put, of plain inserts`,
      goal: `>= ${goalRatio}`,
      found: spreadText(ratio),
      isMet: ratio.median >= goalRatio,
    }));
};
void largestStatementRowCount;
