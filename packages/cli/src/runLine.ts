/** One line, from what was typed to its exit: finds the command, makes what it works with, runs it. */
import { createApi, type DaemonStarter } from "./api/apiClient.ts";
import { BadUsage } from "./args/badUsage.ts";
import { findCommand, wordsOf } from "./args/findCommand.ts";
import { isJsonAsked } from "./args/globalFlags.ts";
import { type Globals, readCommand, readGlobals } from "./args/readCommand.ts";
import type { Command, CommandContext, Program } from "./commands/command.ts";
import { commands } from "./commands/table.ts";
import { Exit } from "./exits.ts";
import { failureProblem } from "./failureProblem.ts";
import type { Output } from "./output/output.ts";
import { findPlaces, type Machine } from "./places/findPlaces.ts";
import type { Places } from "./places/places.ts";
import { socketFolderProblem } from "./places/socketFolder.ts";
import type { Problem } from "./problem.ts";

/** What the process gives. */
export interface Io {
  readonly argv: readonly string[];
  readonly machine: Machine;
  readonly program: Program;
  /** Whether a person sits there at all. */
  readonly canAsk: boolean;
  readonly stdin: () => NodeJS.ReadableStream;
  readonly createOut: (options: {
    readonly isJson: boolean;
    readonly isQuiet: boolean;
    readonly canAsk: boolean;
  }) => Output;
  readonly listenToSignals: () => void;
  /** By this machine's clock. */
  readonly nowMs: () => number;
  /** Since any moment; never back. */
  readonly upMs: () => number;
}

export const runLine = async (io: Io): Promise<Exit> => {
  try {
    return await findAndRun(io);
  } catch (cause) {
    return sayFailure(io, cause);
  }
};

/** Also of what nobody caught: a sentence, and never a trace of the source. */
export const sayFailure = ({ argv, machine, createOut }: Io, cause: unknown): Exit => {
  const isJson = isJsonAsked(argv, machine.env);
  const out = createOut({ isJson, isQuiet: false, canAsk: false });
  return out.problem(failureProblem(cause, machine));
};

const findAndRun = async (io: Io): Promise<Exit> => {
  const { argv, machine } = io;
  const found = findCommand(
    argv,
    commands.map(({ name }) => name),
  );
  if (found.kind !== "command") return explain(found, io);
  const entry = commands.find(({ name }) => name === found.name);
  if (entry === undefined) throw new Error("a command was found that is in no table");
  const { command } = await entry.load();
  const read = readCommand(command, found.rest, machine.env);
  if (read.wantsHelp) {
    const { showCommand } = await import("./commands/help.ts");
    return showCommand(entry, { out: outOf(io, read.globals), commands });
  }
  if (read.wantsVersion) return showVersion(io, outOf(io, read.globals));
  const places = findPlaces(machine, read.globals.home);
  if (places === undefined) return outOf(io, read.globals).problem(noPlace);
  return runCommand(command, { ...read, places }, io);
};

const runCommand = (
  command: Command,
  {
    args,
    flags,
    globals,
    places,
  }: Pick<CommandContext, "args" | "flags" | "places"> & { readonly globals: Globals },
  io: Io,
): Promise<Exit> => {
  const { machine, program } = io;
  if (command.handlesSignals !== true) io.listenToSignals();
  const starter = starterOf(places, io);
  return command.run({
    args,
    flags,
    places,
    program,
    machine,
    commands,
    isJson: globals.isJson,
    isQuiet: globals.isQuiet,
    canAsk: io.canAsk && !globals.isInputOff,
    isAgreed: globals.isAgreed,
    out: outOf(io, globals),
    api: createApi({
      socket: places.socket,
      version: program.version,
      starter: command.startsDaemon === false ? undefined : starter,
      socketProblem: () => socketFolderProblem(places, machine),
    }),
    stopDaemon: async () => (await starter()).stop(),
    env: machine.env,
    cwd: machine.workingFolder,
    nowMs: io.nowMs,
    get stdin() {
      return io.stdin();
    },
  });
};

const outOf = (io: Io, { isJson, isQuiet, isInputOff }: Globals): Output =>
  io.createOut({ isJson, isQuiet, canAsk: io.canAsk && !isInputOff });

/** Seldom needed, and it brings SQLite along. */
const starterOf =
  (places: Places, { program, machine, upMs }: Io) =>
  async (): Promise<DaemonStarter> => {
    const { createStarter } = await import("./api/startDaemon.ts");
    return createStarter({ places, program, machine, nowMs: upMs });
  };

/** `duro` alone, `duro device`, `duro --help` and `duro --version`. */
const explain = async (
  found: Exclude<ReturnType<typeof findCommand>, { readonly kind: "command" }>,
  io: Io,
): Promise<Exit> => {
  const { globals, wantsHelp, wantsVersion } = readGlobals(found.rest, io.machine.env);
  const out = outOf(io, globals);
  if (wantsVersion) return showVersion(io, out);
  const { showGroup, showOverview } = await import("./commands/help.ts");
  if (found.kind === "none") return showOverview({ out, commands });
  if (wantsHelp) return showGroup(found.group, { out, commands });
  const names = commands.map(({ name }) => name);
  throw new BadUsage(
    `"duro ${found.group}" needs another word behind it: ${wordsOf(found.group, names).join(", ")}.`,
    `duro help ${found.group}`,
  );
};

const showVersion = ({ program: { version } }: Io, out: Output): Exit =>
  out.result({ version }, () => `duro ${version}`);

const noPlace: Problem = {
  code: "NoHomeFolder",
  exit: Exit.Usage,
  message: "This user has no home folder, so there is no place for Duro's files.",
  next: "name one with --home DIR, or in DURO_HOME",
};
