/** Clients of one peer in a process of their own: they edit, and they say when what others edited is here. */
import { assert } from "@duro/crypto/types";
import { setImmediate as nextTurn, setTimeout as sleep } from "node:timers/promises";
import type { Doc } from "yjs";
import { serveJobs } from "../relay/jobs.ts";
import { createEdits, type EditPlan, recordCountOf } from "./edits.ts";
import type { Connect, Place, SyncClient } from "./syncClient.ts";
import { wireBytes } from "./wire.ts";

/** What has not come by then never will. */
const patienceMs = 600_000;

interface OpenClient {
  readonly client: SyncClient;
  readonly docs: readonly Doc[];
  readonly name: string;
}

// Each provider of y-websocket waits for the end of its process.
process.setMaxListeners(0);

let clients: OpenClient[] = [];
let arrival: Promise<number> | undefined;
let recording: { readonly stop: () => void; readonly arrivedMs: number[] } | undefined;

/** The same clock in every process of this machine. */
const nowMs = (): number => Number(process.hrtime.bigint()) / 1e6;

/** Only the peer's own code is loaded: its own Yjs too. */
const prepare = async (place: Place): Promise<Connect> => {
  switch (place.peer) {
    case "duro":
      return (await import("./duroClient.ts")).prepareDuro(place);
    case "y-websocket":
      return (await import("./peerClients.ts")).prepareYWebsocket(place.url, place.seed);
    case "hocuspocus":
      return (await import("./peerClients.ts")).prepareHocuspocus(place.url, place.seed);
    case "durable line":
      return (await import("./durableLine.ts")).prepareDurableLine(place.url, place.seed);
  }
};

const openDocs = (client: SyncClient, docCount: number): Promise<readonly Doc[]> =>
  Promise.all(Array.from({ length: docCount }, (_, doc) => client.open(doc)));

interface Opening {
  readonly place: Place;
  readonly first: number;
  readonly count: number;
  readonly docCount: number;
}

const open = async ({ place, first, count, docCount }: Opening): Promise<void> => {
  const connect = await prepare(place);
  for (let number = first; number < first + count; number += 1) {
    const client = await connect(number);
    clients.push({ client, docs: await openDocs(client, docCount), name: `c${number}` });
  }
};

const close = async (): Promise<void> => {
  for (const { client } of clients) await client.close();
  clients = [];
};

const doneOf = (docs: readonly Doc[]) => {
  const [doc] = docs;
  assert(doc !== undefined, "a client has a document open");
  return doc.getMap<number>("done");
};

/** Every writer says last, in the first document, that this was all: from all of `names`, at all of ours. */
const expectAll = ({ names, round }: { names: readonly string[]; round: number }): void => {
  const all = clients.map(
    ({ docs }) =>
      new Promise<number>((resolve) => {
        const done = doneOf(docs);
        const look = (): void => {
          if (!names.every((name) => (done.get(name) ?? 0) >= round)) return undefined;
          done.unobserve(look);
          return resolve(nowMs());
        };
        done.observe(look);
        look();
      }),
  );
  const late = new Promise<never>((_, reject) => {
    setTimeout(() => reject(new Error("not all of it came")), patienceMs).unref();
  });
  arrival = Promise.race([
    Promise.all(all).then((times) => times.reduce((latest, time) => Math.max(latest, time), 0)),
    late,
  ]);
};

interface Editing extends EditPlan {
  readonly round: number;
  readonly perTurn: number;
}

/** Every client here makes so many, as fast as it can. Gives when it began. */
const edit = async (plan: Editing): Promise<number> => {
  const { count, perTurn, round } = plan;
  const makers = clients.map(({ docs }) => createEdits(plan, docs.slice(0, plan.docCount)));
  const startedMs = nowMs();
  for (let at = 0; at < count; at += perTurn) {
    for (const make of makers)
      for (let next = at; next < Math.min(count, at + perTurn); next += 1) make(next);
    await nextTurn();
  }
  for (const { docs, name } of clients) doneOf(docs).set(name, round);
  return startedMs;
};

interface Pace {
  /** How many times. */
  readonly count: number;
  readonly intervalMs: number;
  /** Letters at once. */
  readonly size: number;
}

/** The first client writes letters; gives when each of them was written. */
const pace = async ({ count, intervalMs, size }: Pace): Promise<readonly number[]> => {
  const [first] = clients;
  assert(first !== undefined, "somebody writes");
  const make = createEdits({ kind: "letters", count, docCount: 1 }, first.docs);
  const sentMs: number[] = [];
  const startedMs = nowMs();
  for (let at = 0; at < count; at += 1) {
    await sleep(Math.max(0, startedMs + at * intervalMs - nowMs()));
    for (let letter = 0; letter < size; letter += 1) {
      sentMs.push(nowMs());
      make(at + letter);
    }
  }
  return sentMs;
};

/** From now on: when each letter was at the last of our clients. */
const record = (): void => {
  const arrivedMs: number[] = [];
  const stops = clients.map(({ docs: [doc] }) => {
    assert(doc !== undefined, "a client has a document open");
    const text = doc.getText("t");
    const base = text.length;
    let before = 0;
    const look = (): void => {
      const atMs = nowMs();
      for (; before < text.length - base; before += 1)
        arrivedMs[before] = Math.max(arrivedMs[before] ?? 0, atMs);
    };
    text.observe(look);
    return () => text.unobserve(look);
  });
  recording = {
    arrivedMs,
    stop: () => {
      for (const stop of stops) stop();
    },
  };
};

interface ColdOpening {
  readonly place: Place;
  readonly number: number;
  readonly docCount: number;
  readonly recordCount: number;
}

/** Somebody who has nothing yet, until all of it can be used. */
const openCold = async (ask: ColdOpening): Promise<{ readonly ms: number }> => {
  const connect = await prepare(ask.place);
  const startedMs = nowMs();
  const client = await connect(ask.number);
  const docs = await openDocs(client, ask.docCount);
  const count = docs.reduce((sum, doc) => sum + recordCountOf(doc), 0);
  const ms = nowMs() - startedMs;
  assert(count === ask.recordCount, `all records are here, not ${count}`);
  await client.close();
  return { ms };
};

const pollMs = 20;

/** In all documents of the first client: a peer has a connection for each, and the first may be ahead. */
const untilRecords = async (count: number): Promise<void> => {
  const givenUpAtMs = nowMs() + patienceMs;
  const here = (): number =>
    clients[0]?.docs.reduce((sum, doc) => sum + recordCountOf(doc), 0) ?? 0;
  while (here() < count) {
    assert(nowMs() < givenUpAtMs, "all records come in the end");
    await sleep(pollMs);
  }
};

const jobs = {
  open,
  close,
  expectAll,
  edit,
  pace,
  record,
  openCold,
  untilRecords,
  /** When the last of it was at the last of our clients. */
  arrived: (): Promise<number> => {
    assert(arrival !== undefined, "it was expected before");
    return arrival;
  },
  recorded: (): readonly number[] => {
    recording?.stop();
    return recording?.arrivedMs ?? [];
  },
  settle: async (): Promise<void> => {
    for (const { client } of clients) await client.settled();
  },
  wire: wireBytes,
  /** Of the text, at each client: who is in step has the same. */
  textLengths: (): readonly number[] =>
    clients.map(({ docs: [doc] }) => doc?.getText("t").length ?? 0),
  peakBytes: (): number => process.resourceUsage().maxRSS * 1_024,
};

export type ClientSide = typeof jobs;
serveJobs(jobs);
