/** What was asked for on the command line, for every part. */
import { parseArgs } from "node:util";

export interface BenchOptions {
  /** Interleaved with the peer's. */
  readonly repetitions: number;
  readonly runMs: number;
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
    repetitions: values.quick ? 2 : 3,
    runMs: values.profile !== undefined ? 2_000 : values.quick ? 250 : 400,
    isQuick: values.quick,
    only: values.only,
    cell: values.cell,
    profileFolder: values.profile,
  };
};
