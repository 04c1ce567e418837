/** What was asked for on the command line. */
import { parseArgs } from "node:util";

export interface BenchOptions {
  readonly isQuick: boolean;
  /** Parts to run; empty: all. */
  readonly only: readonly string[];
  readonly factCount: number;
  /** Of each command as a whole process. */
  readonly runCount: number;
  /** Of each question to the index, and to the daemon. */
  readonly askCount: number;
  /** From the last command to the look at the daemon's memory. */
  readonly idleSeconds: number;
}

/** Within a minute: shows what became much slower. */
const quick = { factCount: 5_000, runCount: 5, askCount: 50, idleSeconds: 60 };
/** What the goals speak of. */
const full = { factCount: 50_000, runCount: 20, askCount: 200, idleSeconds: 300 };

export const parseBenchOptions = (): BenchOptions => {
  const { values } = parseArgs({
    options: {
      quick: { type: "boolean", default: false },
      only: { type: "string", multiple: true, default: [] },
      idle: { type: "string" },
      facts: { type: "string" },
    },
  });
  const scale = values.quick ? quick : full;
  return {
    ...scale,
    factCount: Number(values.facts ?? scale.factCount),
    idleSeconds: Number(values.idle ?? scale.idleSeconds),
    isQuick: values.quick,
    only: values.only,
  };
};
