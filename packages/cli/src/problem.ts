import { Exit } from "./exits.ts";

/** Why a command ends without its result: what happened and why we think so, and what to do next. */
export interface Problem {
  /** Named for what happened; scripts may rely on it, so it is never used again for something else. */
  readonly code: string;
  readonly exit: Exclude<Exit, 0>;
  /** A sentence. Never a secret. */
  readonly message: string;
  /** A command to run, or what to do; undefined where nothing helps. */
  readonly next?: string | undefined;
}

/** What was asked for cannot be meant so: whoever asked says it otherwise. */
export const usage = (code: string, message: string, next?: string): Problem => ({
  code,
  exit: Exit.Usage,
  message,
  next,
});
