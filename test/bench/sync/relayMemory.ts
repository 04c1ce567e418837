/** What a server's memory grows by while much is edited through it. */
import { numberText, spreadOf } from "../relay/figures.ts";
import { progress } from "../relay/progress.ts";
import { atMost, type Goal } from "../relay/table.ts";
import { printFigures, repeated, spreadOfPeer, valuesOf } from "./compare.ts";
import type { BenchOptions } from "./options.ts";
import { type Memory, startServer, type SyncServer } from "./servers.ts";
import { namesOf, startClients } from "./sides.ts";

const mib = 1_048_576;
const warmingCount = 1_000;
const perTurn = 100;
const docCount = 20;

interface Grown {
  readonly before: Memory;
  readonly after: Memory;
  readonly whenLeft: Memory;
}

const grow = async (server: SyncServer, count: number): Promise<Grown> => {
  const place = await server.newPlace(2);
  const [writer, reader] = [startClients(), startClients()];
  await writer.ask("open", { place, first: 0, count: 1, docCount });
  await reader.ask("open", { place, first: 1, count: 1, docCount });
  const push = async (editCount: number, round: number): Promise<void> => {
    await reader.ask("expectAll", { names: namesOf(0, 1), round });
    await writer.ask("edit", { kind: "map", count: editCount, docCount, perTurn, round });
    await reader.ask("arrived", undefined);
    await writer.ask("settle", undefined);
  };
  await push(warmingCount, 1);
  const before = await server.memory();
  await push(count, 2);
  const after = await server.memory();
  await writer.ask("close", undefined);
  await reader.ask("close", undefined);
  await Promise.all([writer.stop(), reader.stop()]);
  return { before, after, whenLeft: await server.memory() };
};

/** What is held, where the system has not had to give a page for it yet. */
const heldBytes = ({ rss, heap, external }: Memory): number => Math.max(rss, heap + external);
const growthOf = ({ before, after }: Grown): number => (heldBytes(after) - heldBytes(before)) / mib;

export const benchRelayMemory = async (options: BenchOptions): Promise<readonly Goal[]> => {
  const { memoryCount, repetitions } = options;
  progress("memory of the server");
  const figures = new Map<SyncServer["peer"], readonly Grown[]>();
  // A server of its own for each run: a process does not give back what it once had.
  for (const peer of options.peers)
    for (let repetition = 0; repetition < repetitions; repetition++) {
      const server = await startServer(peer);
      const grown = await repeated([server], 1, () => grow(server, memoryCount));
      figures.set(peer, [...(figures.get(peer) ?? []), ...(grown.get(peer) ?? [])]);
      await server.stop();
    }
  console.log(`Memory of the server's process, MiB, over ${numberText(memoryCount)} updates`);
  printFigures(figures, [
    { head: "resident before", value: ({ before }) => before.rss / mib },
    { head: "after", value: ({ after }) => after.rss / mib },
    { head: "all gone", value: ({ whenLeft }) => whenLeft.rss / mib },
    { head: "growth held", value: growthOf },
    { head: "growth of heap used", value: ({ before, after }) => (after.heap - before.heap) / mib },
  ]);
  if (!figures.has("duro") || !figures.has("y-websocket")) return [];
  // A difference and not a ratio: either may be about nothing.
  const theirs = spreadOf(valuesOf(figures, "y-websocket", growthOf)).median;
  return [
    atMost({
      what: `memory of the server over ${numberText(memoryCount)} updates: growth, MiB (y-websocket: the limit)`,
      limit: Math.max(theirs, 0),
      found: spreadOfPeer(figures, "duro", growthOf),
    }),
  ];
};
