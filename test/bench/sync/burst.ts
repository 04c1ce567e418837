/** Updates a second: one or many push as fast as they can, until everybody shows all of it. */
import { cpuMsOf } from "../relay/cpu.ts";
import { progress } from "../relay/progress.ts";
import { atLeast, type Goal } from "../relay/table.ts";
import { type Figures, oursOf, printFigures, repeated } from "./compare.ts";
import type { BenchOptions } from "./options.ts";
import { type SyncServer, startServers } from "./servers.ts";
import { namesOf, startClients } from "./sides.ts";

interface Burst {
  readonly what: string;
  readonly writerCount: number;
  readonly readerCount: number;
  /** Of each writer. */
  readonly count: number;
  /** Of each writer, before it lets the program do something else. */
  readonly perTurn: number;
}

interface Pushed {
  readonly perSecond: number;
  /** Of the machine, for each update. */
  readonly serverMicros: number;
  readonly postgresMicros: number;
  readonly clientMicros: number;
}

/** Writers in one process, readers in another. */
const push = async (server: SyncServer, burst: Burst): Promise<Pushed> => {
  const { writerCount, readerCount, count, perTurn } = burst;
  const place = await server.newPlace(writerCount + readerCount);
  const [writers, readers] = [startClients(), startClients()];
  await writers.ask("open", { place, first: 0, count: writerCount, docCount: 1 });
  await readers.ask("open", { place, first: writerCount, count: readerCount, docCount: 1 });
  const pushOnce = async (round: number) => {
    const expected = { names: namesOf(0, writerCount), round };
    await readers.ask("expectAll", expected);
    await writers.ask("expectAll", expected);
    const edited = await writers.ask("edit", { kind: "mixed", count, docCount: 1, perTurn, round });
    const atWriters = await writers.ask("arrived", undefined);
    const atReaders = await readers.ask("arrived", undefined);
    return Math.max(atWriters.value, atReaders.value) - edited.value;
  };
  // What only the first edits cost is done before: chains are opened, code is warm.
  await pushOnce(1);
  await writers.ask("settle", undefined);
  const clientsMs = (): number => cpuMsOf(writers.pid) + cpuMsOf(readers.pid);
  const before = { server: server.cpuMs(), clientsMs: clientsMs() };
  const ms = await pushOnce(2);
  const after = { server: server.cpuMs(), clientsMs: clientsMs() };
  const updateCount = count * writerCount;
  for (const side of [writers, readers]) {
    const { value: lengths } = await side.ask("textLengths", undefined);
    const wanted = (2 * updateCount * 3) / 4;
    if (lengths.some((length) => Math.abs(length - wanted) > 2 * writerCount))
      throw new Error(`${server.peer} has lost something: ${lengths.join(", ")}`);
  }
  await writers.ask("close", undefined);
  await readers.ask("close", undefined);
  await Promise.all([writers.stop(), readers.stop()]);
  const microsEach = (spentMs: number): number => (spentMs * 1_000) / updateCount;
  return {
    perSecond: (updateCount * 1_000) / ms,
    serverMicros: microsEach(after.server.serverMs - before.server.serverMs),
    postgresMicros: microsEach(after.server.postgresMs - before.server.postgresMs),
    clientMicros: microsEach(after.clientsMs - before.clientsMs),
  };
};

const perSecond = ({ perSecond: value }: Pushed): number => value;

const printBurst = (burst: Burst, figures: Figures<Pushed>): void => {
  console.log(`${burst.what}: updates a second, and µs of processor each`);
  printFigures(figures, [
    { head: "updates/s", value: perSecond },
    { head: "server µs", value: ({ serverMicros }) => serverMicros },
    { head: "Postgres µs", value: ({ postgresMicros }) => postgresMicros },
    { head: "clients µs", value: ({ clientMicros }) => clientMicros },
  ]);
};

const gatheredPerTurn = 100;

const burstsOf = (options: BenchOptions) => {
  const { manyCount, burstCount, manyBurstCount, manyWritersCount } = options;
  return {
    gathered: {
      what: "one writer, one reader, 100 a turn",
      writerCount: 1,
      readerCount: 1,
      count: burstCount,
      perTurn: gatheredPerTurn,
    },
    single: {
      what: "one writer, one reader, a turn for each",
      writerCount: 1,
      readerCount: 1,
      count: burstCount,
      perTurn: 1,
    },
    manyReaders: {
      what: `one writer, ${manyCount} readers, 10 a turn`,
      writerCount: 1,
      readerCount: manyCount,
      count: manyBurstCount,
      perTurn: 10,
    },
    manyWriters: {
      what: `${manyCount} writers, all read`,
      writerCount: manyCount,
      readerCount: 1,
      count: manyWritersCount,
      perTurn: 1,
    },
  } satisfies Readonly<Record<string, Burst>>;
};

/** Gathering is what makes up for encryption; where every edit is its own there is nothing to gather. */
const gatheredGoal = 2.5;
const aheadGoal = 1;

export const benchBurst = async (options: BenchOptions): Promise<readonly Goal[]> => {
  const bursts = burstsOf(options);
  const servers = await startServers(options.peers);
  const run = async (burst: Burst): Promise<Figures<Pushed>> => {
    progress(`bursts: ${burst.what}`);
    const figures = await repeated(servers, options.repetitions, (server) => push(server, burst));
    printBurst(burst, figures);
    return figures;
  };
  const gathered = await run(bursts.gathered);
  const single = await run(bursts.single);
  const manyReaders = await run(bursts.manyReaders);
  const manyWriters = await run(bursts.manyWriters);
  for (const server of servers) await server.stop();
  const goal = (
    figures: Figures<Pushed>,
    { what }: Burst,
    peer: "y-websocket" | "hocuspocus",
    limit: number,
  ): readonly Goal[] => {
    const found = oursOf(figures, peer, perSecond);
    return found === undefined ? [] : [atLeast({ what: `${what}: of ${peer}`, limit, found })];
  };
  return [
    ...goal(gathered, bursts.gathered, "y-websocket", gatheredGoal),
    ...goal(single, bursts.single, "y-websocket", aheadGoal),
    ...goal(manyReaders, bursts.manyReaders, "y-websocket", aheadGoal),
    ...goal(manyReaders, bursts.manyReaders, "hocuspocus", aheadGoal),
    ...goal(manyWriters, bursts.manyWriters, "y-websocket", aheadGoal),
  ];
};
