/** The servers of a measurement, ours and the peers', behind one face. */
import { setTimeout as sleep } from "node:timers/promises";
import { cpuMsOf } from "../relay/cpu.ts";
import { startSide } from "../relay/jobs.ts";
import type { Server } from "../relay/measured.ts";
import { type DatabasePlace, startRelayProcess } from "../relay/relayProcess.ts";
import type { PeerServerSide } from "./peerServerSide.ts";
import type { DurableLineSide } from "./durableLineSide.ts";
import { durableLine, type PeerName, type peerNames, type Place } from "./syncClient.ts";
import { createWorld, registerWorld } from "./world.ts";

export interface Memory {
  readonly rss: number;
  readonly heap: number;
  readonly external: number;
}

export interface SyncServer extends Server {
  readonly peer: PeerName;
  /** Of ours. */
  readonly database: DatabasePlace | undefined;
  /** Nobody was there before. */
  newPlace(deviceCount: number): Promise<Place>;
  /** Garbage collected. */
  memory(): Promise<Memory>;
  stop(): Promise<void>;
}

/** Timers and sockets that are about to go. */
const settleMs = 500;

/** Those that are measured in every part. */
export type BenchPeer = (typeof peerNames)[number];

let placeCount = 0;

const startDuro = async (): Promise<SyncServer> => {
  const relay = await startRelayProcess({ loadsInside: true });
  return {
    peer: "duro",
    database: relay.database,
    newPlace: async (deviceCount) => {
      placeCount += 1;
      const seed = `sync ${placeCount}`;
      await registerWorld(relay.url, createWorld(seed, deviceCount));
      return { peer: "duro", url: relay.url, seed, deviceCount };
    },
    memory: async () => {
      await sleep(settleMs);
      await relay.askInside({ kind: "collectGarbage" });
      const metrics = await relay.metrics();
      const bytesOf = (name: string): number => metrics.get(name) ?? Number.NaN;
      return {
        rss: bytesOf("process_resident_memory_bytes"),
        heap: bytesOf("nodejs_heap_size_used_bytes"),
        external: bytesOf("nodejs_external_memory_bytes"),
      };
    },
    cpuMs: () => relay.cpuMs(),
    stop: () => relay.stop(),
  };
};

const startPeer = async (peer: Exclude<BenchPeer, "duro">): Promise<SyncServer> => {
  const side = startSide<PeerServerSide>(new URL("./peerServerSide.ts", import.meta.url));
  const { value: url } = await side.ask("start", { peer });
  return {
    peer,
    database: undefined,
    newPlace: async (deviceCount) => {
      placeCount += 1;
      return { peer, url, seed: `room${placeCount}`, deviceCount };
    },
    memory: async () => {
      await sleep(settleMs);
      return (await side.ask("memory", undefined)).value;
    },
    cpuMs: () => ({ serverMs: cpuMsOf(side.pid), postgresMs: 0 }),
    stop: () => side.stop(),
  };
};

/** On the Postgres of our relay, so that both wait for the same. */
export const startDurableLine = async (database: DatabasePlace): Promise<SyncServer> => {
  const side = startSide<DurableLineSide>(new URL("./durableLineSide.ts", import.meta.url));
  const { value: url } = await side.ask("start", { database });
  return {
    peer: durableLine,
    database: undefined,
    newPlace: async (deviceCount) => {
      placeCount += 1;
      return { peer: durableLine, url, seed: `room${placeCount}`, deviceCount };
    },
    memory: () => Promise.reject(new Error("nobody asks")),
    cpuMs: () => ({ serverMs: cpuMsOf(side.pid), postgresMs: 0 }),
    stop: () => side.stop(),
  };
};

export const startServer = (peer: BenchPeer): Promise<SyncServer> =>
  peer === "duro" ? startDuro() : startPeer(peer);

export const startServers = async (peers: readonly BenchPeer[]): Promise<SyncServer[]> => {
  const servers: SyncServer[] = [];
  for (const peer of peers) servers.push(await startServer(peer));
  return servers;
};
