/** The editing of a long text: pushed by one device, until it is on another. */
import { numberText } from "../relay/figures.ts";
import { progress } from "../relay/progress.ts";
import { atMost, type Goal } from "../relay/table.ts";
import { oursOf, printFigures, repeated } from "./compare.ts";
import type { BenchOptions } from "./options.ts";
import { startServers, type SyncServer } from "./servers.ts";
import { namesOf, startClients } from "./sides.ts";

const mib = 1_048_576;
const perTurn = 100;

interface Traced {
  readonly seconds: number;
  readonly sentMib: number;
  readonly receivedMib: number;
  readonly writerMib: number;
  readonly readerMib: number;
}

const runTrace = async (server: SyncServer, count: number): Promise<Traced> => {
  const place = await server.newPlace(2);
  const [writer, reader] = [startClients(), startClients()];
  await writer.ask("open", { place, first: 0, count: 1, docCount: 1 });
  await reader.ask("open", { place, first: 1, count: 1, docCount: 1 });
  await reader.ask("expectAll", { names: namesOf(0, 1), round: 1 });
  const plan = { kind: "trace", count, docCount: 1, perTurn, round: 1 } as const;
  const { value: startedMs } = await writer.ask("edit", plan);
  const { value: endedMs } = await reader.ask("arrived", undefined);
  const [sent, received] = [
    (await writer.ask("wire", undefined)).value.sent,
    (await reader.ask("wire", undefined)).value.received,
  ];
  const [writerBytes, readerBytes] = [
    (await writer.ask("peakBytes", undefined)).value,
    (await reader.ask("peakBytes", undefined)).value,
  ];
  await writer.ask("close", undefined);
  await reader.ask("close", undefined);
  await Promise.all([writer.stop(), reader.stop()]);
  return {
    seconds: (endedMs - startedMs) / 1_000,
    sentMib: sent / mib,
    receivedMib: received / mib,
    writerMib: writerBytes / mib,
    readerMib: readerBytes / mib,
  };
};

export const benchTrace = async (options: BenchOptions): Promise<readonly Goal[]> => {
  const { traceCount } = options;
  progress("the trace");
  const servers = await startServers(options.peers);
  const figures = await repeated(servers, options.repetitions, (server) =>
    runTrace(server, traceCount),
  );
  for (const server of servers) await server.stop();
  console.log(`A long text, ${numberText(traceCount)} edits, from one device to another`);
  printFigures(figures, [
    { head: "seconds", value: ({ seconds }) => seconds },
    { head: "sent MiB", value: ({ sentMib }) => sentMib },
    { head: "received MiB", value: ({ receivedMib }) => receivedMib },
    { head: "writer's peak MiB", value: ({ writerMib }) => writerMib },
    { head: "reader's peak MiB", value: ({ readerMib }) => readerMib },
  ]);
  const found = oursOf(figures, "y-websocket", ({ seconds }) => seconds);
  if (found === undefined) return [];
  return [atMost({ what: "the long text: seconds, of y-websocket", limit: 1, found })];
};
