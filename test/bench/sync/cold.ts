/** A device that has nothing, until a vault of many records can be used; beside a plain query that decrypts. */
import { numberText, ratiosOf, spreadOf, spreadText } from "../relay/figures.ts";
import { type Side, startSide } from "../relay/jobs.ts";
import { progress } from "../relay/progress.ts";
import { atMost, type Goal, printTable } from "../relay/table.ts";
import { oursOf, repeated, valuesOf } from "./compare.ts";
import type { BenchOptions } from "./options.ts";
import type { PlainReadSide } from "./plainReadSide.ts";
import { startServers } from "./servers.ts";
import { type Clients, startClients } from "./sides.ts";
import type { PeerName, Place } from "./syncClient.ts";

const perTurn = 20;

/** Gives who looked on, and stays: a server that keeps nothing forgets what nobody has open. */
const fill = async (
  place: Place,
  { recordCount: count, recordDocCount: docCount }: BenchOptions,
): Promise<Clients> => {
  const [writer, reader] = [startClients(), startClients()];
  await writer.ask("open", { place, first: 0, count: 1, docCount });
  await reader.ask("open", { place, first: 1, count: 1, docCount });
  await writer.ask("edit", { kind: "records", count, docCount, perTurn, round: 1 });
  await reader.ask("untilRecords", count);
  await writer.ask("settle", undefined);
  await writer.ask("close", undefined);
  await writer.stop();
  return reader;
};

interface Opened {
  readonly ms: number;
  readonly peakMib: number;
}

const openCold = async (place: Place, options: BenchOptions, number: number): Promise<Opened> => {
  const { recordDocCount: docCount, recordCount } = options;
  const client = startClients();
  const opened = await client.ask("openCold", { place, number, docCount, recordCount });
  const peak = await client.ask("peakBytes", undefined);
  await client.stop();
  return { ms: opened.value.ms, peakMib: peak.value / 1_048_576 };
};

const usableGoal = 1;
const plainGoal = 3;

export const benchCold = async (options: BenchOptions): Promise<readonly Goal[]> => {
  const { recordCount, recordDocCount, repetitions, peers } = options;
  const servers = await startServers(peers);
  const places = new Map<PeerName, Place>();
  const lookers: Clients[] = [];
  // One that fills, one that looks on, and one for each repetition.
  const deviceCount = 3 + repetitions;
  for (const server of servers) {
    progress(`a cold device: filling ${server.peer}`);
    const place = await server.newPlace(deviceCount);
    places.set(server.peer, place);
    lookers.push(await fill(place, options));
  }
  progress("a cold device");
  const plain: Side<PlainReadSide> = startSide(new URL("./plainReadSide.ts", import.meta.url));
  const plainMs: number[] = [];
  let envelopeCount = 0;
  let number = 2;
  const figures = await repeated(servers, repetitions, async (server) => {
    const place = places.get(server.peer);
    if (place === undefined) throw new Error("it was filled before");
    if (server.database !== undefined) {
      const read = await plain.ask("read", { database: server.database, place });
      plainMs.push(read.value.ms);
      envelopeCount = read.value.envelopeCount;
      number += 1;
    }
    return openCold(place, options, number);
  });
  await plain.stop();
  for (const looker of lookers) {
    await looker.ask("close", undefined);
    await looker.stop();
  }
  for (const server of servers) await server.stop();
  console.log(
    `A cold device: ${numberText(recordCount)} records in ${recordDocCount} documents, ${numberText(envelopeCount)} envelopes`,
  );
  printTable(
    ["", "ms until usable", "peak MiB"],
    [
      ...[...figures].map(([peer, all]) => [
        peer,
        spreadText(spreadOf(all.map(({ ms }) => ms))),
        spreadText(spreadOf(all.map(({ peakMib }) => peakMib))),
      ]),
      ["plain query, decrypted", plainMs.length === 0 ? "" : spreadText(spreadOf(plainMs)), ""],
    ],
  );
  const ofPeer = oursOf(figures, "y-websocket", ({ ms }) => ms);
  const ofPlain = ratiosOf(
    valuesOf(figures, "duro", ({ ms }) => ms),
    plainMs,
  );
  const what = `a cold device, ${numberText(recordCount)} records: ms`;
  return [
    ...(ofPeer === undefined
      ? []
      : [atMost({ what: `${what}, of y-websocket`, limit: usableGoal, found: ofPeer })]),
    atMost({ what: `${what}, of a plain query that decrypts`, limit: plainGoal, found: ofPlain }),
  ];
};
