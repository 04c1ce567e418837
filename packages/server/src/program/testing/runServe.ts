/** Runs `serve` in this process: what it wrote, and how it ended. */
import { systemRandomBytes } from "@duro/crypto/receipt";
import { parseConfig } from "../../config.ts";
import type { Exit } from "../../exits.ts";
import type { BuildApp } from "../appDeps.ts";
import { serveWith } from "../serveWith.ts";
import { createStopRequest, type StopRequest } from "../stopRequest.ts";
import { buildShell } from "./shell.ts";

export interface ServeRun {
  readonly out: () => string;
  readonly err: () => string;
  readonly stop: StopRequest;
  readonly ended: Promise<Exit>;
  /** The first line on stdout. */
  readonly firstLine: () => Promise<string>;
}

export const runServe = (
  argv: readonly string[],
  {
    env = {},
    loadApp = async () => buildShell(),
  }: {
    readonly env?: Readonly<Record<string, string>>;
    readonly loadApp?: () => Promise<BuildApp>;
  } = {},
): ServeRun => {
  const parsed = parseConfig({
    argv,
    env,
    platform: process.platform,
    homeFolder: undefined,
    workingFolder: process.cwd(),
  });
  if (!parsed.ok) throw new Error(parsed.error.message);
  const { command } = parsed.value;
  if (command.kind !== "serve") throw new Error(command.kind);
  let out = "";
  let err = "";
  const stop = createStopRequest();
  const wrote = Promise.withResolvers<void>();
  const io = {
    writeOut: (text: string): void => {
      out += text;
      if (out.includes("\n")) wrote.resolve();
    },
    writeErr: (text: string): void => {
      err += text;
    },
    hasColour: false,
    isErrTerminal: false,
    nowMs: Date.now,
    randomBytes: systemRandomBytes,
    ask: undefined,
    machine: () => ({ hostName: "box", addresses: [] }),
    stop,
  };
  const ended = serveWith(command, io, loadApp);
  return {
    out: () => out,
    err: () => err,
    stop,
    ended,
    firstLine: async () => {
      await Promise.race([wrote.promise, ended]);
      return out.split("\n")[0] ?? "";
    },
  };
};
