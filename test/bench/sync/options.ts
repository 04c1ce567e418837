/** What was asked for on the command line, for every part, and how large that makes things. */
import { parseArgs } from "node:util";
import type { BenchPeer } from "./servers.ts";
import { peerNames } from "./syncClient.ts";
import { traceEditCount } from "./trace.ts";

interface Scale {
  /** Interleaved with the peers'. */
  readonly repetitions: number;
  readonly manyCount: number;
  readonly burstCount: number;
  /** With many clients everything is delivered that many times. */
  readonly manyBurstCount: number;
  readonly manyWritersCount: number;
  readonly pacedCount: number;
  readonly memoryCount: number;
  readonly recordCount: number;
  readonly recordDocCount: number;
  readonly traceCount: number;
  readonly localWriteCount: number;
  readonly storedDocCount: number;
  readonly storedUpdateCount: number;
}

/** What the goals speak of. */
const full: Scale = {
  repetitions: 3,
  manyCount: 50,
  burstCount: 20_000,
  manyBurstCount: 4_000,
  manyWritersCount: 10,
  pacedCount: 100,
  memoryCount: 100_000,
  recordCount: 50_000,
  recordDocCount: 60,
  traceCount: traceEditCount,
  localWriteCount: 2_000,
  storedDocCount: 200,
  storedUpdateCount: 100_000,
};

/** Within a minute or so: shows what became much slower. */
const quick: Scale = {
  repetitions: 1,
  manyCount: 10,
  burstCount: 5_000,
  manyBurstCount: 1_000,
  manyWritersCount: 20,
  pacedCount: 20,
  memoryCount: 10_000,
  recordCount: 5_000,
  recordDocCount: 20,
  traceCount: 20_000,
  localWriteCount: 200,
  storedDocCount: 20,
  storedUpdateCount: 2_000,
};

/** Within seconds: shows that it runs. */
export const smallest: Scale = {
  repetitions: 1,
  manyCount: 3,
  burstCount: 400,
  manyBurstCount: 100,
  manyWritersCount: 5,
  pacedCount: 5,
  memoryCount: 500,
  recordCount: 300,
  recordDocCount: 5,
  traceCount: 1_000,
  localWriteCount: 20,
  storedDocCount: 5,
  storedUpdateCount: 100,
};

export interface BenchOptions extends Scale {
  readonly isQuick: boolean;
  /** Parts to run; empty: all. */
  readonly only: readonly string[];
  readonly peers: readonly BenchPeer[];
}

const isPeerName = (name: string): name is BenchPeer =>
  (peerNames as readonly string[]).includes(name);

export const parseBenchOptions = (): BenchOptions => {
  const { values } = parseArgs({
    options: {
      quick: { type: "boolean", default: false },
      repetitions: { type: "string" },
      only: { type: "string", multiple: true, default: [] },
      peer: { type: "string", multiple: true, default: [] },
    },
  });
  const peers = values.peer.filter(isPeerName);
  const scale = values.quick ? quick : full;
  return {
    ...scale,
    repetitions: Number(values.repetitions ?? scale.repetitions),
    isQuick: values.quick,
    only: values.only,
    peers: peers.length === 0 ? peerNames : peers,
  };
};
