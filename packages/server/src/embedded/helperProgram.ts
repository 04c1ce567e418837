import { execFile } from "node:child_process";
import type { Owner } from "./ways.ts";

/** A short program that is run to its end; what it said comes as lines. */
export interface Finished {
  readonly succeeded: boolean;
  readonly lines: readonly string[];
}

export interface HelperProgram {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly spawnAs: Owner | undefined;
  readonly timeoutMs: number;
}

/** The operator reads the end: that is where a program says why it failed. */
const shownLineCountMax = 8;

export const lastLines = (text: string): readonly string[] =>
  text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "")
    .slice(-shownLineCountMax);

export const runToEnd = ({ command, args, env, spawnAs, timeoutMs }: HelperProgram) =>
  new Promise<Finished>((resolve) => {
    // Our own folder may be one that the program's user cannot enter, so it gets the root.
    const options = { env, cwd: "/", timeout: timeoutMs, ...spawnAs };
    execFile(command, args, options, (error, stdout, stderr) => {
      const lines = lastLines(`${stdout}\n${stderr}`);
      const why = error === null || lines.length > 0 ? [] : [error.message.trim()];
      resolve({ succeeded: error === null, lines: [...lines, ...why] });
    });
  });
