/** A command as data and one function: what `--help`, completions and the parser know, and what it does. */
import type { Api } from "../api/api.ts";
import type { Exit } from "../exits.ts";
import type { Output } from "../output/output.ts";
import type { Places } from "../places/places.ts";

export interface Flag {
  /** A boolean takes no value; a list may be given several times. */
  readonly kind: "boolean" | "text" | "list" | "number";
  /** Shown in the help for its value: `FILE`, `URL`. */
  readonly value?: string;
  readonly about: string;
}

export interface Argument {
  /** In capitals: `ID`. */
  readonly name: string;
  readonly isOptional?: boolean;
  readonly isMany?: boolean;
  /** The rest of the line may be read from stdin where it is `-`. */
  readonly about: string;
}

export type FlagValues = Readonly<
  Record<string, string | number | boolean | readonly string[] | undefined>
>;

export interface Command {
  /** As it is typed: `remember`, `device list`. */
  readonly name: string;
  /** One line, without a full stop. */
  readonly about: string;
  readonly arguments: readonly Argument[];
  /** By name without dashes. Each has a twin in the environment: `DURO_` and the name in capitals. */
  readonly flags: Readonly<Record<string, Flag>>;
  /** Lines to paste, each with what it does: the help teaches by them. */
  readonly examples: readonly (readonly [line: string, does: string])[];
  run(context: CommandContext): Promise<Exit>;
}

export interface CommandContext {
  readonly args: readonly string[];
  /** Those that were given, on the line or in the environment; checked against the command's flags. */
  readonly flags: FlagValues;
  readonly isJson: boolean;
  readonly isQuiet: boolean;
  /** A person can be asked: stdin and stderr are a terminal, and nobody said `--no-input`. */
  readonly canAsk: boolean;
  /** `--yes`: what would be asked is agreed to. */
  readonly isAgreed: boolean;
  readonly out: Output;
  /** Starts the daemon where none runs. */
  readonly api: Api;
  readonly places: Places;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly stdin: NodeJS.ReadableStream;
}
