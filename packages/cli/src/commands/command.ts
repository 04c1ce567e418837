/** A command as data and one function: what `--help`, completions and the parser know, and what it does. */
import type { Api } from "../api/api.ts";
import type { Exit } from "../exits.ts";
import type { Output } from "../output/output.ts";
import type { Machine } from "../places/findPlaces.ts";
import type { Places } from "../places/places.ts";
import type { Problem } from "../problem.ts";
import type { Result } from "../result.ts";

export interface Flag {
  /** A boolean takes no value; a list may be given several times. */
  readonly kind: "boolean" | "text" | "list" | "number";
  /** Shown in the help for its value: `FILE`, `URL`. */
  readonly value?: string;
  readonly about: string;
  /** Nothing else is taken; completions offer them. */
  readonly choices?: readonly string[];
  /** Of a number, both included. */
  readonly min?: number;
  readonly max?: number;
  readonly isWhole?: boolean;
  /** Of a list: commas part it in the environment, as in `DURO_TAG=a,b`. Lines always do. */
  readonly hasCommas?: boolean;
  /** The name of a flag that says the opposite: both together are refused. */
  readonly opposite?: string;
  /** Between our own processes: in no help. */
  readonly isHidden?: boolean;
}

export interface Argument {
  /** In capitals: `ID`. */
  readonly name: string;
  readonly isOptional?: boolean;
  readonly isMany?: boolean;
  readonly about: string;
  /** Nothing else is taken; completions offer them. */
  readonly choices?: readonly string[];
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
  /** Sentences below the flags. */
  readonly notes?: readonly string[];
  /** False: where no daemon runs, its calls fail with `DaemonNotRunning`. */
  readonly startsDaemon?: boolean;
  /** It ends in its own way when it is told to; otherwise Ctrl-C ends the process at once, with 130. */
  readonly handlesSignals?: boolean;
  run(context: CommandContext): Promise<Exit>;
}

/** What the help and completions know of a command before its file is loaded. */
export interface CommandEntry {
  readonly name: string;
  readonly about: string;
  readonly group: CommandGroup;
  readonly load: () => Promise<{ readonly command: Command }>;
}

export const commandGroups = ["Start", "Memory", "Devices", "Sync", "This machine"] as const;
export type CommandGroup = (typeof commandGroups)[number];

/** This program, for whoever starts it again or says what it is. */
export interface Program {
  readonly version: string;
  /** An absolute path of a Node that can run it. */
  readonly nodePath: string;
  /** The absolute path of what that Node runs, before the arguments. */
  readonly mainFile: string;
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
  /** Resolves once no daemon runs any more; a service may start another. */
  readonly stopDaemon: () => Promise<Result<void, Problem>>;
  readonly places: Places;
  readonly program: Program;
  /** For what differs from system to system. */
  readonly machine: Machine;
  readonly commands: readonly CommandEntry[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly stdin: NodeJS.ReadableStream;
  /** By this machine's clock. */
  readonly nowMs: () => number;
}
