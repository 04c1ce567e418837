/** Our programs as processes of their own: one that lives, and one that is asked and answers. */
import { spawn } from "node:child_process";
import { createWriteStream } from "node:fs";
import { createInterface } from "node:readline";
import { join } from "node:path";
import { pinnedNode, root } from "../install.mjs";

const launchers = {
  duro: join(root, "packages", "cli", "bin", "duro.mjs"),
  relay: join(root, "packages", "server", "bin", "duro-relay.mjs"),
};

/** What this shell means for its own Duro is not meant for the one that is tried. */
const environment = (added) => ({
  ...Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(DURO_|DATABASE_URL$)/u.test(name)),
  ),
  ...added,
});

/** Asks one thing of `duro`: what it printed, as JSON, and how it ended. */
export const askDuro = (home, args) =>
  new Promise((resolve) => {
    const child = spawn(pinnedNode(), [launchers.duro, ...args, "--json", "--no-input"], {
      env: environment({ DURO_HOME: home }),
      stdio: ["ignore", "pipe", "pipe"],
      // Ctrl-C is for us: what is under way ends first.
      detached: true,
    });
    let out = "";
    let said = "";
    child.stdout.on("data", (chunk) => (out += chunk));
    child.stderr.on("data", (chunk) => (said += chunk));
    child.on("error", (cause) => resolve({ code: 1, answer: failure(String(cause)) }));
    child.on("close", (code) => resolve({ code, answer: lastJson(out) ?? failure(said) }));
  });

const failure = (message) => ({ error: { code: "NoAnswer", message: message.trim() } });

const lastJson = (text) => {
  try {
    return JSON.parse(text.trim().split("\n").at(-1));
  } catch {
    return undefined;
  }
};

/**
 * Starts a program that goes on until it is stopped. It has a process group of its own, so that Ctrl-C
 * comes to it in our order, and a channel to us, so that it ends when we are killed.
 */
export const startProgram = (name, args, { home, logFile }) => {
  const child = spawn(pinnedNode(), [launchers[name], ...args], {
    env: environment(home === undefined ? {} : { DURO_HOME: home }),
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    detached: true,
  });
  const log = createWriteStream(logFile, { mode: 0o600 });
  child.stderr.pipe(log);
  let lastLine = "";
  const lines = createInterface({ input: child.stdout });
  lines.on("line", (line) => (lastLine = line));
  const ended = new Promise((resolve) => {
    child.on("error", resolve);
    child.on("close", resolve);
  });
  return {
    ended,
    /** The first line of its result. */
    firstLine: new Promise((resolve) => lines.once("line", resolve)),
    /** It has said the first word of its talk. */
    hasSpoken: new Promise((resolve) => child.stderr.once("data", resolve)),
    /** What its last line said. */
    said: () => lastJson(lastLine) ?? {},
    stop: () => {
      if (child.exitCode === null && child.signalCode === null) child.kill("SIGTERM");
      return ended;
    },
  };
};
