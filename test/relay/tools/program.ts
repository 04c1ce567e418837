/** The relay as an operator starts it: a process of its own, of which we see what it writes and how it ends. */
import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { removeFolders } from "./folders.ts";

/** What npx runs. */
export const programFile = join(import.meta.dirname, "../../../packages/server/bin/duro-relay.mjs");

export interface StartOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly uid?: number;
  readonly nodeFlags?: readonly string[];
  /** What starts it in its turn, and becomes it: its own mounts, for one. */
  readonly within?: readonly string[];
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface Failure {
  readonly code: string;
  readonly message: string;
  readonly next: string;
}

export interface Program {
  readonly pid: number;
  readonly out: () => string;
  readonly err: () => string;
  /** When everything that it wrote is here. */
  readonly ended: Promise<Ended>;
  /** Of its first line; throws where it ended without one. */
  readonly url: () => Promise<string>;
  /** How long the first line took to come. */
  readonly firstLineMs: () => number | undefined;
  readonly kill: () => Promise<void>;
  readonly stop: () => Promise<Ended>;
  /** What its last line says, of one that was started with --json. */
  readonly failure: () => Failure;
}

const programs = new Set<ChildProcess>();

/** Nothing of the environment decides what is tested. */
const plainEnvironment = (): Record<string, string> =>
  Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) =>
      value === undefined || /^(?:DATABASE_URL$|DURO_|NODE_|VITEST)/u.test(name)
        ? []
        : [[name, value]],
    ),
  );

export const startProgram = (args: readonly string[], options: StartOptions = {}): Program => {
  const { env = {}, uid, nodeFlags = [], within = [] } = options;
  const [command = "", ...others] = [
    ...within,
    process.execPath,
    ...nodeFlags,
    programFile,
    ...args,
  ];
  const startedAtMs = performance.now();
  const child = spawn(command, others, {
    // Not where an ordinary user may not be.
    cwd: "/",
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...plainEnvironment(), ...env },
    ...(uid === undefined ? {} : { uid, gid: uid }),
  });
  programs.add(child);
  let out = "";
  let err = "";
  let firstLineMs: number | undefined;
  child.stderr.on("data", (chunk: Buffer) => {
    err += chunk.toString();
  });
  child.stdout.on("data", (chunk: Buffer) => {
    out += chunk.toString();
  });
  const first = new Promise<string>((resolve) => {
    createInterface(child.stdout).once("line", (line) => {
      firstLineMs = performance.now() - startedAtMs;
      resolve(line);
    });
  });
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => {
      programs.delete(child);
      resolve({ code, signal });
    });
  });
  // Asked for by whoever wants to know.
  ended.catch(() => {});
  const url = async (): Promise<string> => {
    const line = await Promise.race([first, ended.then(() => out)]);
    const found = /^\{"url":"(?<url>http:[^"]+)"\}/u.exec(line)?.groups?.["url"];
    if (found === undefined) throw new Error(`no URL on the first line: ${out}${err}`);
    return found;
  };
  return {
    pid: child.pid ?? 0,
    out: () => out,
    err: () => err,
    ended,
    url,
    firstLineMs: () => firstLineMs,
    kill: async () => {
      child.kill("SIGKILL");
      await ended;
    },
    stop: () => {
      child.kill("SIGTERM");
      return ended;
    },
    failure: () => failureIn(out),
  };
};

export const failureIn = (out: string): Failure => {
  const last = out.trimEnd().split("\n").at(-1) ?? "";
  const { error } = JSON.parse(last) as { readonly error?: Failure };
  if (error === undefined) throw new Error(`the last line is no error: ${last}`);
  return error;
};

/** In a clean-up that runs whatever happened: first the relays, then what they left, then the folders. */
export const endEverything = async (): Promise<void> => {
  await Promise.all(
    [...programs].map(async (child) => {
      const closed = new Promise((resolve) => child.once("close", resolve));
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill("SIGKILL");
      await closed;
    }),
  );
  await removeFolders();
};

/** Of the Postgres that a relay runs on this data folder. */
export const postmasterOf = (dataFolder: string): number => {
  const file = readFileSync(join(dataFolder, "cluster/data/postmaster.pid"), "utf8");
  return Number(file.split("\n")[0]);
};
