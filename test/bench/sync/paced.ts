/** One edit at a time, as somebody types: until it is everywhere, and what it takes on the wire. */
import { numberText, quantileOf, spreadText } from "../relay/figures.ts";
import { progress } from "../relay/progress.ts";
import { atMost, type Goal } from "../relay/table.ts";
import { type Figures, oursOf, printFigures, repeated, spreadOfPeer } from "./compare.ts";
import type { BenchOptions } from "./options.ts";
import { startDurableLine, startServers, type SyncServer } from "./servers.ts";
import { type Clients, namesOf, startClients } from "./sides.ts";
import { durableLine } from "./syncClient.ts";

interface Typing {
  readonly what: string;
  readonly readerCount: number;
  /** How often, and how many letters at once. */
  readonly count: number;
  readonly size: number;
  readonly intervalMs: number;
}

interface Typed {
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Bytes for each letter. */
  readonly sent: number;
  /** What comes back to the writer: receipts, or an echo. */
  readonly returned: number;
  /** To one reader. */
  readonly copy: number;
  /** From one reader. */
  readonly readerSent: number;
}

const wireOf = async (side: Clients) => (await side.ask("wire", undefined)).value;

const type = async (server: SyncServer, typing: Typing): Promise<Typed> => {
  const { readerCount, count, size, intervalMs } = typing;
  const place = await server.newPlace(1 + readerCount);
  const [writer, readers] = [startClients(), startClients()];
  await writer.ask("open", { place, first: 0, count: 1, docCount: 1 });
  await readers.ask("open", { place, first: 1, count: readerCount, docCount: 1 });
  // What only the first edit costs is done before: chains are opened, code is warm.
  await readers.ask("expectAll", { names: namesOf(0, 1), round: 1 });
  await writer.ask("edit", { kind: "letters", count: 3, docCount: 1, perTurn: 1, round: 1 });
  await readers.ask("arrived", undefined);
  await writer.ask("settle", undefined);
  await readers.ask("record", undefined);
  const before = { writer: await wireOf(writer), readers: await wireOf(readers) };
  const { value: sentMs } = await writer.ask("pace", { count, intervalMs, size });
  await readers.ask("expectAll", { names: namesOf(0, 1), round: 2 });
  await writer.ask("settle", undefined);
  const after = { writer: await wireOf(writer), readers: await wireOf(readers) };
  await writer.ask("edit", { kind: "letters", count: 0, docCount: 1, perTurn: 1, round: 2 });
  await readers.ask("arrived", undefined);
  const { value: arrivedMs } = await readers.ask("recorded", undefined);
  const latencies = sentMs.map((atMs, at) => (arrivedMs[at] ?? Number.NaN) - atMs);
  await writer.ask("close", undefined);
  await readers.ask("close", undefined);
  await Promise.all([writer.stop(), readers.stop()]);
  const letterCount = count * size;
  return {
    p50Ms: quantileOf(latencies, 0.5),
    p99Ms: quantileOf(latencies, 0.99),
    sent: (after.writer.sent - before.writer.sent) / letterCount,
    returned: (after.writer.received - before.writer.received) / letterCount,
    copy: (after.readers.received - before.readers.received) / letterCount / readerCount,
    readerSent: (after.readers.sent - before.readers.sent) / letterCount / readerCount,
  };
};

const printTyping = (typing: Typing, figures: Figures<Typed>): void => {
  console.log(`${typing.what}: ms until it is everywhere, and bytes on the wire for each letter`);
  printFigures(figures, [
    { head: "p50 ms", value: ({ p50Ms }) => p50Ms },
    { head: "p99 ms", value: ({ p99Ms }) => p99Ms },
    { head: "sent", value: ({ sent }) => sent },
    { head: "returned", value: ({ returned }) => returned },
    { head: "to a reader", value: ({ copy }) => copy },
    { head: "from a reader", value: ({ readerSent }) => readerSent },
  ]);
};

const typistIntervalMs = 50;
/** Longer than it takes until a burst is stored. */
const burstIntervalMs = 200;
const burstCountMax = 20;

const latencyGoal = 2;
const sentBytesGoal = 600;
const smallBurst = { size: 10, limit: 2.5 };
const largeBurst = { size: 1_000, limit: 1 };

export const benchPaced = async (options: BenchOptions): Promise<readonly Goal[]> => {
  const { pacedCount: count, manyCount, repetitions } = options;
  const servers = await startServers(options.peers);
  const database = servers.find(({ peer }) => peer === "duro")?.database;
  if (database !== undefined) servers.push(await startDurableLine(database));
  const goals: Goal[] = [];
  const run = async (typing: Typing): Promise<Figures<Typed>> => {
    progress(`paced: ${typing.what}`);
    const figures = await repeated(servers, repetitions, (server) => type(server, typing));
    printTyping(typing, figures);
    return figures;
  };
  const add = (what: string, limit: number, found: ReturnType<typeof oursOf>): void => {
    if (found !== undefined) goals.push(atMost({ what, limit, found }));
  };
  const pace = { count, size: 1, intervalMs: typistIntervalMs };
  for (const readerCount of [1, manyCount - 1]) {
    const what = `${1 + readerCount} clients, 20 letters a second`;
    const figures = await run({ what, readerCount, ...pace });
    const median = oursOf(figures, "y-websocket", ({ p50Ms }) => p50Ms);
    add(`${what}: median ms, of y-websocket`, latencyGoal, median);
    const ofLine = oursOf(figures, durableLine, ({ p50Ms }) => p50Ms);
    const lineOf = oursOf(figures, "y-websocket", ({ p50Ms }) => p50Ms, durableLine);
    if (ofLine !== undefined) console.log(`our median: ${spreadText(ofLine)} of a durable line's`);
    if (lineOf !== undefined) console.log(`and that: ${spreadText(lineOf)} of y-websocket's`);
    if (readerCount > 1) continue;
    const sent = spreadOfPeer(figures, "duro", (one) => one.sent);
    add("bytes sent for one letter", sentBytesGoal, sent);
  }
  for (const { size, limit } of [smallBurst, largeBurst]) {
    const what = `bursts of ${numberText(size)} letters`;
    const burst = { size, count: Math.min(count, burstCountMax), intervalMs: burstIntervalMs };
    const figures = await run({ what, readerCount: 1, ...burst });
    const sent = oursOf(figures, "y-websocket", (one) => one.sent);
    add(`${what}: bytes sent for each, of y-websocket`, limit, sent);
  }
  for (const server of servers) await server.stop();
  return goals;
};
