/** Puts at a steady pace at several nodes at once, and sees at each of them what arrives, in which order and when. */
import { setTimeout as sleep } from "node:timers/promises";
import {
  incarnationOf,
  type Person,
  type SealedEnvelope,
  type Vault,
} from "../../../packages/crypto/src/testing/people.ts";
import { envelopeIdOf } from "../../../packages/crypto/src/verify.ts";
import {
  type EnvelopeId,
  type Envelopes,
  envelopesToRun,
  runToEnvelopes,
} from "../../../packages/protocol/src/index.ts";
import { connectClient } from "../../../packages/server/src/testing/relayClient.ts";
import { createChainWriter } from "../../../packages/server/src/testing/testVault.ts";
import { waitUntil } from "./folders.ts";
import { deps } from "./world.ts";

export interface Crossing {
  readonly urls: readonly string[];
  readonly person: Person;
  readonly vault: Vault;
  /** At all nodes together. */
  readonly perSecond: number;
  readonly seconds: number;
}

export interface Crossed {
  readonly putCount: number;
  /** For each node, as its reader got them. */
  readonly orders: readonly (readonly EnvelopeId[])[];
  /** From when it was due at one node to its arrival at another, rising. */
  readonly farMs: readonly number[];
  readonly nearMs: readonly number[];
}

const channel = 1;
const arriveMsMax = 20_000;

interface Arrival {
  readonly id: EnvelopeId;
  readonly atMs: number;
}

/** Undoes what the wire left out only after the clock was looked at. */
const openReader = async (
  url: string,
  { person, vault }: Crossing,
): Promise<readonly Arrival[]> => {
  const arrivals: Arrival[] = [];
  const client = await connectClient(url);
  await client.login(person.device);
  await client.open(channel, vault.state.vault);
  await client.next("CatchUpDone");
  const arrive = (frame: Envelopes): void => {
    const atMs = performance.now();
    for (const run of frame.runs)
      for (const { head } of runToEnvelopes(vault.state.vault, run, envelopeIdOf))
        arrivals.push({ id: envelopeIdOf(head), atMs });
  };
  client.onFrame((frame) => {
    if (frame.type === "Envelopes") arrive(frame);
    return false;
  });
  return arrivals;
};

/** FLOW5 allows eight. */
const runsInFlightMax = 7;
/** FRUN7 allows 256 in a frame. */
const runLengthMax = 100;

interface Feed {
  readonly node: number;
  readonly hasRoom: () => boolean;
  readonly put: (envelopes: readonly SealedEnvelope[]) => void;
  readonly envelopes: readonly SealedEnvelope[];
}

const openFeed = async (
  url: string,
  node: number,
  { person, vault, perSecond, seconds, urls }: Crossing,
): Promise<Feed> => {
  const client = await connectClient(url);
  await client.login(person.device);
  await client.open(channel, vault.state.vault);
  const writer = createChainWriter(deps, { person, vault }, incarnationOf(node + 1));
  let runsInFlight = 0;
  client.onFrame(({ type }) => {
    if (type === "Receipt") runsInFlight -= 1;
    return false;
  });
  return {
    node,
    hasRoom: () => runsInFlight < runsInFlightMax,
    put: (envelopes) => {
      runsInFlight += 1;
      client.put(channel, envelopesToRun(envelopes));
    },
    // Before the clock runs: sealing takes longer than sending.
    envelopes: writer.take(Math.ceil((perSecond * seconds) / urls.length)),
  };
};

interface Due {
  readonly node: number;
  /** When somebody wrote it: whoever waits for a slow relay counts that, too. */
  readonly atMs: number;
}

const lookEveryMs = 1;

export const cross = async (crossing: Crossing): Promise<Crossed> => {
  const { urls, perSecond } = crossing;
  const readers = await Promise.all(urls.map((url) => openReader(url, crossing)));
  const feeds = await Promise.all(urls.map((url, node) => openFeed(url, node, crossing)));
  const dueById = new Map<EnvelopeId, Due>();
  const everyMs = (1_000 * urls.length) / perSecond;
  const startAtMs = performance.now();
  for (const { node, envelopes } of feeds)
    for (const [at, { id }] of envelopes.entries())
      dueById.set(id, { node, atMs: startAtMs + (at + node / urls.length) * everyMs });
  /** What waited goes as one run, as a client has it. */
  const feed = async ({ put, hasRoom, envelopes }: Feed): Promise<void> => {
    const isDue = ({ id }: SealedEnvelope): boolean =>
      (dueById.get(id)?.atMs ?? 0) <= performance.now();
    for (let at = 0; at < envelopes.length; await sleep(lookEveryMs)) {
      const due = envelopes.slice(at, at + runLengthMax).filter(isDue);
      if (due.length === 0 || !hasRoom()) continue;
      put(due);
      at += due.length;
    }
  };
  const fed = Promise.all(feeds.map(feed));
  await Promise.race([
    fed,
    sleep(crossing.seconds * 1_000 + arriveMsMax, undefined, { ref: false }),
  ]);
  await waitUntil(() => readers.every(({ length }) => length >= dueById.size), arriveMsMax);
  return {
    putCount: dueById.size,
    orders: readers.map((arrivals) => arrivals.map(({ id }) => id)),
    ...latencies(readers, dueById),
  };
};

const latencies = (
  readers: readonly (readonly Arrival[])[],
  dueById: ReadonlyMap<EnvelopeId, Due>,
): Pick<Crossed, "farMs" | "nearMs"> => {
  const [farMs, nearMs]: [number[], number[]] = [[], []];
  for (const [node, arrivals] of readers.entries())
    for (const { id, atMs } of arrivals) {
      const due = dueById.get(id);
      if (due !== undefined) (due.node === node ? nearMs : farMs).push(atMs - due.atMs);
    }
  const rising = (values: readonly number[]) => values.toSorted((left, right) => left - right);
  return { farMs: rising(farMs), nearMs: rising(nearMs) };
};

export const quantile = (rising: readonly number[], part: number): number =>
  rising[Math.min(rising.length - 1, Math.floor(rising.length * part))] ?? Number.NaN;
