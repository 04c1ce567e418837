/** All printing. The result goes to stdout; talk, questions, bars and problems go to stderr. */
import type { Exit } from "../exits.ts";
import type { Problem } from "../problem.ts";

/**
 * Whatever is printed for a person loses what steers a terminal, so texts of a vault may be put into it
 * as they are; one line of a list goes through `oneLine` of plainText.ts.
 */
export interface Output {
  /** The result: as one line of JSON with `--json`, else as `text` says. Commands that print several lines call it several times. */
  result(json: object, text: () => string): Exit;
  /** Ends the command: prints the problem, as JSON on stdout with `--json`, and gives its exit code. */
  problem(problem: Problem): Exit;
  /** Bytes of a file on stdout as they are, with `--json` too; resolves when there is room for more. On a terminal as text. */
  raw(bytes: string | Uint8Array): Promise<void>;
  /** For the person beside the result; nothing with `--quiet` or `--json`. */
  say(text: string): void;
  /** A bar on a terminal, a line now and then elsewhere, nothing with `--quiet`. Ends with `done`. */
  progress(what: string): Progress;
  /** On a terminal only: undefined where nobody can be asked. */
  ask(question: string): Promise<string | undefined>;
  /** Without echo. */
  askSecret(question: string): Promise<string | undefined>;
  /** Rows below their titles, as wide as the terminal at most; cells may hold anything, and become one line each. */
  readonly table: (
    columns: readonly (string | Column)[],
    rows: readonly (readonly string[])[],
  ) => string;
  readonly style: Style;
  /** The width of the terminal. */
  readonly columns: number;
}

export interface Column {
  readonly title: string;
  /** Numbers stand to the right. */
  readonly isNumber?: boolean;
  /** Gives way where the rows are too wide; without one, the widest column does. */
  readonly isFlexible?: boolean;
}

export interface Progress {
  update(doneCount: number, totalCount: number | undefined): void;
  done(): void;
}

/** Plain where there is no terminal or `NO_COLOR` is set. */
export interface Style {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly good: (text: string) => string;
  readonly warn: (text: string) => string;
  readonly bad: (text: string) => string;
}
