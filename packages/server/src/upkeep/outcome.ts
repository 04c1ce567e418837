/** What a command of upkeep leaves behind, for whoever prints it. Knows no terminal. */
import type { Result } from "@duro/crypto/types";
import type { Exit, Failure } from "../exits.ts";

export type Json =
  string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

export interface Outcome {
  /** The result, for stdout. */
  readonly lines: readonly string[];
  /** What else a person should know, for stderr. */
  readonly notes: readonly string[];
  /** The result for a script: one object. */
  readonly json: Readonly<Record<string, Json>>;
  readonly exit: Exit;
}

export type Ended = Promise<Result<Outcome, Failure>>;
