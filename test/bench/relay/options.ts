/** What was asked for on the command line, for every part, and how large that makes things. */
import { parseArgs } from "node:util";

/** How large and how long everything is. */
interface Scale {
  /** Interleaved with the peer's. */
  readonly repetitions: number;
  readonly runMs: number;
  readonly appendConnectionCounts: readonly number[];
  readonly appendVaultCounts: readonly number[];
  readonly receiverCounts: readonly number[];
  readonly idleConnectionCount: number;
  readonly stalledCount: number;
  readonly passedByteLength: number;
  /** 0: not measured, since it takes three relays. */
  readonly storedVaultCount: number;
  readonly catchUpCount: number;
}

/** What the goals speak of. */
const full: Scale = {
  repetitions: 3,
  runMs: 1_200,
  appendConnectionCounts: [1, 10, 100],
  appendVaultCounts: [1, 10, 1_000],
  receiverCounts: [100, 1_000],
  idleConnectionCount: 1_000,
  stalledCount: 50,
  passedByteLength: 100_000_000,
  storedVaultCount: 10_000,
  catchUpCount: 50_000,
};

/** Within a minute: shows what became much slower. */
const quick: Scale = {
  repetitions: 2,
  runMs: 200,
  appendConnectionCounts: [100],
  appendVaultCounts: [100],
  receiverCounts: [100],
  idleConnectionCount: 200,
  stalledCount: 20,
  passedByteLength: 10_000_000,
  storedVaultCount: 0,
  catchUpCount: 5_000,
};

/** Within seconds: shows that it runs. */
export const smallest: Scale = {
  repetitions: 1,
  runMs: 60,
  appendConnectionCounts: [4],
  appendVaultCounts: [2],
  receiverCounts: [10],
  idleConnectionCount: 20,
  stalledCount: 4,
  passedByteLength: 5_000_000,
  storedVaultCount: 0,
  catchUpCount: 1_000,
};

export interface BenchOptions extends Scale {
  readonly isQuick: boolean;
  /** Parts to run; empty: all. */
  readonly only: readonly string[];
  /** Of appends, as "100x1000x16": connections, vaults, envelopes a put. */
  readonly cell: string | undefined;
  readonly profileFolder: string | undefined;
}

export const parseBenchOptions = (): BenchOptions => {
  const { values } = parseArgs({
    options: {
      quick: { type: "boolean", default: false },
      only: { type: "string", multiple: true, default: [] },
      cell: { type: "string" },
      profile: { type: "string" },
    },
  });
  return {
    ...(values.quick ? quick : full),
    isQuick: values.quick,
    only: values.only,
    cell: values.cell,
    profileFolder: values.profile,
  };
};
