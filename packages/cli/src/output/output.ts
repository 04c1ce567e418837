/** All printing. The result goes to stdout; talk, questions, bars and problems go to stderr. */
import type { Exit } from "../exits.ts";
import type { Problem } from "../problem.ts";

export interface Output {
  /** The result: as one line of JSON with `--json`, else as `text` says. Commands that print several lines call it several times. */
  result(json: object, text: () => string): Exit;
  /** Ends the command: prints the problem, as JSON on stdout with `--json`, and gives its exit code. */
  problem(problem: Problem): Exit;
  /** For the person beside the result; nothing with `--quiet` or `--json`. */
  say(text: string): void;
  /** A bar on a terminal, a line now and then elsewhere, nothing with `--quiet`. Ends with `done`. */
  progress(what: string): Progress;
  /** On a terminal only: undefined where nobody can be asked. */
  ask(question: string): Promise<string | undefined>;
  /** Without echo. */
  askSecret(question: string): Promise<string | undefined>;
  readonly style: Style;
  readonly columns: number;
}

export interface Progress {
  update(doneCount: number, totalCount: number | undefined): void;
  done(): void;
}

/** Plain where there is no terminal or `NO_COLOR` is set. */
export interface Style {
  bold(text: string): string;
  dim(text: string): string;
  good(text: string): string;
  warn(text: string): string;
  bad(text: string): string;
}
