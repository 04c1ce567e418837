/** Figures of each peer, one of every repetition, and ours against theirs. */
import { ratiosOf, type Spread, spreadOf, spreadText } from "../relay/figures.ts";
import { printTable } from "../relay/table.ts";
import type { SyncServer } from "./servers.ts";
import type { PeerName } from "./syncClient.ts";

export type Figures<T> = ReadonlyMap<PeerName, readonly T[]>;

/** Interleaved, so that what else the machine does meets all of them. */
export const repeated = async <T>(
  servers: readonly SyncServer[],
  repetitions: number,
  run: (server: SyncServer) => Promise<T>,
): Promise<Figures<T>> => {
  const figures = new Map<PeerName, T[]>();
  for (let repetition = 0; repetition < repetitions; repetition++)
    for (const server of servers)
      figures.set(server.peer, [...(figures.get(server.peer) ?? []), await run(server)]);
  return figures;
};

export const valuesOf = <T>(
  figures: Figures<T>,
  peer: PeerName,
  value: (one: T) => number,
): readonly number[] => (figures.get(peer) ?? []).map(value);

/** Undefined where one of the two was not measured. */
export const oursOf = <T>(
  figures: Figures<T>,
  peer: PeerName,
  value: (one: T) => number,
  ours: PeerName = "duro",
): Spread | undefined =>
  figures.has(ours) && figures.has(peer)
    ? ratiosOf(valuesOf(figures, ours, value), valuesOf(figures, peer, value))
    : undefined;

export const spreadOfPeer = <T>(
  figures: Figures<T>,
  peer: PeerName,
  value: (one: T) => number,
): Spread => spreadOf(valuesOf(figures, peer, value));

export interface Column<T> {
  readonly head: string;
  readonly value: (one: T) => number;
}

export const printFigures = <T>(figures: Figures<T>, columns: readonly Column<T>[]): void => {
  const rowOf = (peer: PeerName): readonly string[] =>
    columns.map(({ value }) => spreadText(spreadOfPeer(figures, peer, value)));
  printTable(
    ["", ...columns.map(({ head }) => head)],
    [...figures.keys()].map((peer) => [peer as string].concat(rowOf(peer))),
  );
};
