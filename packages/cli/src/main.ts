/** The program: the only file that reads its arguments and environment, its signals and its exits. */
import { realpathSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { isatty } from "node:tty";
import { Exit } from "./exits.ts";
import { createOutput } from "./output/createOutput.ts";
import type { Output } from "./output/output.ts";
import type { Machine } from "./places/findPlaces.ts";
import { type Io, runLine, sayFailure } from "./runLine.ts";
import { version } from "./version.ts";

const packageFolder = join(import.meta.dirname, "..");
/** SIGHUP: the terminal is gone, and so is whoever could press Ctrl-C. */
const interruptSignals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
const columnsUsual = 100;

const homeFolder = (): string | undefined => {
  try {
    return homedir();
  } catch {
    return undefined; // a user without an entry in the system's list has none
  }
};

/** Of the folder that will be made there, where there is none yet. */
const realPath = (path: string): string => {
  try {
    return realpathSync(path);
  } catch {
    const parent = dirname(path);
    return parent === path ? path : join(realPath(parent), path.slice(parent.length));
  }
};

const machine = (): Machine => ({
  platform: process.platform,
  env: process.env,
  homeFolder: homeFolder(),
  userId: process.getuid?.(),
  workingFolder: process.cwd(),
  realPath,
  // Seldom needed, and slow to load.
  hash: (text) => process.getBuiltinModule("node:crypto").hash("sha256", text),
  isFolder: (path) => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true,
});

const isTerminal = { in: isatty(0), out: isatty(1), err: isatty(2) };
/** One that can be drawn on. */
const isDumb = process.env["TERM"] === "dumb";

/** On the streams that have a terminal; whoever prints to a file wants no colours in it. */
const hasColour = (): boolean =>
  (process.env["NO_COLOR"] ?? "") === "" && !isDumb && isTerminal.out && isTerminal.err;

const interrupted = (): never => process.exit(Exit.Interrupted);

const createOut: Io["createOut"] = (options): Output =>
  createOutput({
    ...options,
    hasColour: hasColour(),
    isErrTerminal: isTerminal.err && !isDumb,
    isOutTerminal: isTerminal.out,
    columns: (isTerminal.out ? process.stdout.columns : undefined) ?? columnsUsual,
    writeOut: (bytes, done) => void process.stdout.write(bytes, () => done?.()),
    writeErr: (text) => void process.stderr.write(text),
    nowMs: () => performance.now(),
    asking: () => ({ input: process.stdin, output: process.stderr, onInterrupt: interrupted }),
  });

/** Whoever read our words has gone, as with `| head`: what is left to do is done without them. */
const outliveReaders = (): void => {
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});
};

const listenToSignals = (): void => {
  for (const signal of interruptSignals) process.on(signal, interrupted);
};

/** Who started us over a channel has died without a word: so do we. */
const endWithParent = (): void => {
  process.on("disconnect", interrupted);
  process.channel?.unref();
};

/** A reader that takes its time still gets every line; one that takes none is left. */
const leave = (exit: Exit): void => {
  const timer = setTimeout(() => process.exit(exit), lingerMsMax);
  process.stdout.write("", () => {
    clearTimeout(timer);
    process.exit(exit);
  });
};
const lingerMsMax = 30_000;

const io: Io = {
  argv: process.argv.slice(2),
  machine: machine(),
  program: {
    version,
    nodePath: process.execPath,
    mainFile: join(packageFolder, "bin", "duro.mjs"),
  },
  canAsk: isTerminal.in && isTerminal.err,
  stdin: () => process.stdin,
  createOut,
  listenToSignals,
  nowMs: () => Date.now(),
  upMs: () => performance.now(),
};

/** Nothing goes on as if nothing had happened: what is in memory may be half done. */
const listenToFailures = (): void => {
  for (const event of ["uncaughtException", "unhandledRejection"] as const)
    process.on(event, (cause) => process.exit(sayFailure(io, cause)));
};

outliveReaders();
endWithParent();
listenToFailures();
leave(await runLine(io));
