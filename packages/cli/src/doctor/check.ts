/** One thing that was looked at. */
import type { Facts } from "./facts.ts";

export interface Check {
  /** Never used again for another one. */
  readonly name: string;
  readonly result: CheckResult;
  /** A sentence: what was seen. */
  readonly text: string;
  /** What to run or to do; nothing where nothing is wrong. */
  readonly fix?: string;
}

export type CheckResult = "ok" | "info" | "warning" | "error" | "skipped";

/** Undefined: it does not apply to this machine. */
export type Checking = (facts: Facts) => Check | undefined;

/** What makes the command end with "the check found something". */
export const isFinding = ({ result }: Check): boolean => result === "warning" || result === "error";
