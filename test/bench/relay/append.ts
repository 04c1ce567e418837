/** Durable appends with receipts, against plain inserts of the same bytes into the same Postgres. */
import type { AppendSide } from "./appendSide.ts";
import { numberText, ratiosOf, type Spread, spreadOf, spreadText } from "./figures.ts";
import { type Side, startSide } from "./jobs.ts";
import {
  driverShareOf,
  type Measured,
  measured,
  microsText,
  othersText,
  profiled,
} from "./measured.ts";
import type { BenchOptions } from "./options.ts";
import type { PlainInsertSide } from "./plainInsertSide.ts";
import { progress } from "./progress.ts";
import { type RelayProcess, startRelayProcess } from "./relayProcess.ts";
import { atLeast, type Goal, printTable } from "./table.ts";
import { vaultsPerUser } from "./world.ts";

/** As many as a statement of the peer has rows: both sides gather alike. */
const gatheredPutSize = 100;
/** Of writers that do not gather: each envelope costs a signature to check, as none of the peer's rows does. */
const singlePutSize = 1;
const putSizes = [singlePutSize, gatheredPutSize] as const;
/** At 0.5 of the plain inserts a receipt costs as much again as the row. */
const goalRatio = 0.5;
const firstEnvelopeCount = 512;

interface Sides {
  readonly relay: RelayProcess;
  readonly load: Side<AppendSide>;
  readonly peer: Side<PlainInsertSide>;
}

interface Cell {
  readonly connectionCount: number;
  readonly vaultCount: number;
  readonly putSize: number;
}

type Run = Measured<number>;

interface CellResult extends Cell {
  readonly ours: readonly Run[];
  readonly theirs: readonly Run[];
  readonly ratio: Spread;
}

const perSecondOf = ({ value, wallMs }: Run): number => (value * 1_000) / wallMs;

/** So many that a run lasts as long as it should, whole puts for each connection. */
const countFor = (first: Run, { putSize, connectionCount }: Cell, runMs: number): number => {
  const round = putSize * connectionCount;
  return Math.max(1, Math.round((perSecondOf(first) * runMs) / 1_000 / round)) * round;
};

const runRelay = async ({ relay, load }: Sides, cell: Cell, envelopeCount: number) => {
  const { putSize } = cell;
  await load.ask("make", { putSize, envelopeCount });
  return measured([relay], () => load.ask("write", { putSize }));
};

const runPeer = async ({ relay, peer }: Sides, cell: Cell, rowCount: number): Promise<Run> => {
  const { connectionCount: writerCount, vaultCount, putSize } = cell;
  await peer.ask("make", { writerCount, vaultCount, putSize, rowCount });
  return measured([relay], () => peer.ask("write", { putSize }));
};

const nameOf = ({ connectionCount, vaultCount, putSize }: Cell): string =>
  `${connectionCount}x${vaultCount}x${putSize}`;

const runCell = async (
  sides: Sides,
  cell: Cell,
  { repetitions, runMs, profileFolder }: BenchOptions,
): Promise<CellResult> => {
  progress(`appends: ${nameOf(cell)}`);
  const firstCount = Math.max(firstEnvelopeCount, 2 * cell.putSize * cell.connectionCount);
  const ourCount = countFor(await runRelay(sides, cell, firstCount), cell, runMs);
  const theirCount = countFor(await runPeer(sides, cell, firstCount), cell, runMs);
  const ours: Run[] = [];
  const theirs: Run[] = [];
  for (let repetition = 0; repetition < repetitions; repetition++) {
    ours.push(
      await profiled(sides.relay, profileFolder, `append-${nameOf(cell)}`, () =>
        runRelay(sides, cell, ourCount),
      ),
    );
    theirs.push(await runPeer(sides, cell, theirCount));
  }
  return { ...cell, ours, theirs, ratio: ratiosOf(ours.map(perSecondOf), theirs.map(perSecondOf)) };
};

/** One connection is one user's, and opens no more vaults than a user has. */
const vaultCountFor = (connectionCount: number, vaultCount: number): number =>
  connectionCount === 1 ? Math.min(vaultCount, vaultsPerUser) : vaultCount;

/** By vaults, since making those takes longest. */
const cellsOf = (options: BenchOptions): readonly Cell[] => {
  const { cell, appendConnectionCounts, appendVaultCounts } = options;
  if (cell !== undefined) {
    const [connectionCount = 1, vaultCount = 1, putSize = 1] = cell.split("x").map(Number);
    return [{ connectionCount, vaultCount, putSize }];
  }
  return appendVaultCounts
    .flatMap((vaultCount) =>
      appendConnectionCounts.flatMap((connectionCount) =>
        putSizes.map((putSize) => ({
          connectionCount,
          vaultCount: vaultCountFor(connectionCount, vaultCount),
          putSize,
        })),
      ),
    )
    .toSorted((left, right) => left.vaultCount - right.vaultCount);
};

const runCells = async (sides: Sides, options: BenchOptions): Promise<readonly CellResult[]> => {
  const { url, database } = sides.relay;
  const results: CellResult[] = [];
  let before: Partial<Cell> = {};
  for (const cell of cellsOf(options)) {
    const { connectionCount, vaultCount } = cell;
    const isNewWorld = vaultCount !== before.vaultCount;
    if (isNewWorld) {
      progress(`appends: making ${vaultCount} vaults`);
      await sides.load.ask("createWorld", { url, vaultCount });
    }
    if (isNewWorld || connectionCount !== before.connectionCount) {
      await sides.load.ask("connect", { url, count: connectionCount });
      await sides.peer.ask("connect", { database, writerCount: connectionCount });
    }
    results.push(await runCell(sides, cell, options));
    before = cell;
  }
  return results.toSorted((left, right) => left.connectionCount - right.connectionCount);
};

const rowOf = ({ connectionCount, vaultCount, putSize, ours, theirs, ratio }: CellResult) => [
  `${connectionCount} × ${numberText(vaultCount)}`,
  `${putSize}`,
  spreadText(spreadOf(ours.map(perSecondOf))),
  spreadText(spreadOf(theirs.map(perSecondOf))),
  spreadText(ratio),
  microsText(ours, (count) => count),
  microsText(theirs, (count) => count),
  numberText(driverShareOf(ours)),
  othersText([...ours, ...theirs]),
];

const print = (results: readonly CellResult[]): void => {
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
      "driver",
      "others",
    ],
    results.map(rowOf),
  );
};

export const benchAppend = async (options: BenchOptions): Promise<readonly Goal[]> => {
  const relay = await startRelayProcess({ loadsInside: options.profileFolder !== undefined });
  const load = startSide<AppendSide>(new URL("./appendSide.ts", import.meta.url));
  const peer = startSide<PlainInsertSide>(new URL("./plainInsertSide.ts", import.meta.url));
  const results = await runCells({ relay, load, peer }, options);
  await load.stop();
  await peer.stop();
  await relay.stop();
  print(results);
  const largestCount = Math.max(...results.map(({ connectionCount }) => connectionCount));
  return results
    .filter(
      ({ connectionCount, putSize }) =>
        connectionCount === largestCount && putSize >= gatheredPutSize,
    )
    .map(({ connectionCount, vaultCount, putSize, ours, ratio }) =>
      atLeast({
        what: `appends, ${connectionCount} connections, ${numberText(vaultCount)} vaults, ${putSize} a put: of plain inserts`,
        limit: goalRatio,
        found: ratio,
        // The peer is its own driver.
        driverShares: [driverShareOf(ours)],
      }),
    );
};
