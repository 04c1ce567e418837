/** The program: the only file that reads its arguments and environment, its signals and its exits. */
import { randomBytes } from "node:crypto";
import { homedir, hostname, networkInterfaces } from "node:os";
import { parseConfig } from "./config.ts";
import { Exit } from "./exits.ts";
import { createLogger, errorFacts } from "./logger.ts";
import type { Io } from "./program/io.ts";
import { runCommand } from "./program/runCommand.ts";
import { createSay } from "./program/say.ts";
import { createAsk } from "./upkeep/askPerson.ts";
import { createStopRequest, type StopRequest } from "./program/stopRequest.ts";

/** Whoever is asked to stop has stopped by then; service managers kill after it. */
const stopMsMax = 10_000;
/** SIGHUP: the terminal is gone, and so is whoever could press Ctrl-C. */
const stopSignals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

const homeFolder = (): string | undefined => {
  try {
    return homedir();
  } catch {
    return undefined; // a user without an entry in the system's list has none
  }
};

const hasColour = (process.env["NO_COLOR"] ?? "") === "" && process.stdout.isTTY;

const createIo = (stop: StopRequest): Io => ({
  writeOut: (text) => void process.stdout.write(text),
  writeErr: (text) => void process.stderr.write(text),
  hasColour,
  isErrTerminal: process.stderr.isTTY,
  nowMs: Date.now,
  // Not crypto's own, which brings libsodium along: help would wait for it.
  randomBytes: (byteLength) => new Uint8Array(randomBytes(byteLength)),
  machine: () => ({
    hostName: hostname(),
    addresses: Object.values(networkInterfaces()).flatMap((addresses) =>
      (addresses ?? []).map(({ address }) => address),
    ),
  }),
  ask:
    process.stdin.isTTY && process.stderr.isTTY
      ? createAsk({ input: process.stdin, output: process.stderr })
      : undefined,
  stop,
});

/** Output that was written to a pipe may still be on its way, on some systems. */
const leave = (exit: Exit): void => {
  process.exitCode = exit;
  setTimeout(() => process.exit(), lingerMsMax).unref();
};
const lingerMsMax = 500;

/** Ctrl-C reaches every process of a terminal's job, and whoever started us may pass it on again. */
const sameSignalMs = 300;

const listenToSignals = (stop: StopRequest): void => {
  let firstAtMs: number | undefined;
  for (const signal of stopSignals)
    process.on(signal, () => {
      const nowMs = performance.now();
      firstAtMs ??= nowMs;
      if (stop.ask(signal)) setTimeout(() => process.exit(Exit.Unexpected), stopMsMax).unref();
      // The second one means it.
      else if (nowMs - firstAtMs > sameSignalMs) process.exit(Exit.Interrupted);
    });
  // Whoever started us over a channel has died without a word: so do we.
  process.on("disconnect", () => process.exit(Exit.Interrupted));
  process.channel?.unref();
};

/** Nothing goes on as if nothing had happened: what is in memory may be half done. */
const listenToFailures = (stop: StopRequest, io: Io): void => {
  const log = createLogger({
    level: "error",
    form: io.isErrTerminal ? "human" : "json",
    nowMs: io.nowMs,
    write: io.writeErr,
  });
  const fail = (event: string) => (cause: unknown) => {
    log.error(event, errorFacts(cause));
    stop.ask(event, { isFailure: true });
    setTimeout(() => process.exit(Exit.Unexpected), stopMsMax).unref();
  };
  process.on("uncaughtException", fail("an error was caught by nobody"));
  process.on("unhandledRejection", fail("a rejection was handled by nobody"));
};

/** Whoever read our words has gone: what is left to do is done without them. */
const outliveReaders = (): void => {
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});
};

const run = async (): Promise<Exit> => {
  outliveReaders();
  const stop = createStopRequest();
  const io = createIo(stop);
  const parsed = parseConfig({
    argv: process.argv.slice(2),
    env: process.env,
    platform: process.platform,
    homeFolder: homeFolder(),
    workingFolder: process.cwd(),
  });
  if (!parsed.ok) {
    const { isJson, message, next } = parsed.error;
    createSay({ isJson, isQuiet: false }, io).failure({ code: "UsageError", message, next });
    return Exit.Usage;
  }
  const { command, warnings } = parsed.value;
  const isQuiet = "output" in command && command.output.isQuiet;
  for (const warning of warnings) createSay({ isJson: false, isQuiet }, io).warning(warning);
  listenToSignals(stop);
  listenToFailures(stop, io);
  return runCommand(command, io);
};

leave(await run());
