/** One protection: where it stands, what takes it away, and the tests that must notice. */
export interface Guard {
  /** What is protected, as docs/protocol.md or docs/crypto.md name it. */
  readonly name: string;
  /** From packages/. */
  readonly file: string;
  /** An expression of that file; the control puts `instead` in its place. */
  readonly find: string;
  readonly instead: string;
  /** Where the tests stand that must notice: from packages/, or from the repository where it is test/. */
  readonly tests: readonly string[];
  /** The one test among them that must fail, where one alone is to notice. */
  readonly title?: string;
}

/** The check never refuses. */
export const off = "(false as boolean)";
/** The check always agrees. */
export const on = "(true as boolean)";

export const guard = (
  name: string,
  file: string,
  find: string,
  tests: readonly string[],
  instead = off,
): Guard => ({ name, file, find, instead, tests });
