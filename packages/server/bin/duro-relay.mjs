#!/usr/bin/env node
/**
 * Starts the relay on a Node that can run it. Plain JavaScript for any Node: where this one is too old,
 * the Node that the workspace brings takes over, and where there is none, a sentence says what to do.
 */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { constants } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const majorMin = 24;
/** exits.ts: VersionMismatch. */
const exitVersionMismatch = 13;
const alreadyTried = "DURO_NODE_CHOSEN";

const here = dirname(fileURLToPath(import.meta.url));
/** What was built for others to install, or the source beside it. */
const built = join(here, "..", "dist", "duro-relay.mjs");
const main = existsSync(built) ? built : join(here, "..", "src", "main.ts");
const isNew = Number(process.versions.node.split(".")[0]) >= majorMin;

const isWindows = process.platform === "win32";
/** Packages that hold the program of a Node: of the workspace, and of what npm installs for a user. */
const nodePackages = [
  "node",
  `node-${isWindows ? "win" : process.platform}-${process.arch}`,
  `node-bin-${process.platform}-${process.arch}`,
];

/** Of this workspace, or of whatever folder this was installed to. */
const pinnedNode = () => {
  for (let folder = here; ; folder = dirname(folder)) {
    for (const name of nodePackages) {
      const program = isWindows ? "node.exe" : "node";
      const path = join(folder, "node_modules", name, "bin", program);
      if (existsSync(path)) return path;
    }
    if (folder === dirname(folder)) return undefined;
  }
};

const refuse = () => {
  const message = `This is Node ${process.versions.node}, and the relay needs Node ${majorMin} or newer.`;
  const next = "install Node 24 from https://nodejs.org, or run npm install in Duro's folder";
  const error = { code: "NodeTooOld", message, next };
  if (process.argv.includes("--json")) console.log(JSON.stringify({ error }));
  else console.error(`duro-relay: ${message}\n  next: ${next}`);
  process.exitCode = exitVersionMismatch;
};

/** As if it had been this process: its terminal, its signals, its end. */
const runOn = (node) => {
  const child = spawn(node, [main, ...process.argv.slice(2)], {
    // The channel closes with this process, however it dies, and the relay then ends as well.
    stdio: ["inherit", "inherit", "inherit", "ipc"],
    env: { ...process.env, [alreadyTried]: "1" },
  });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"])
    process.on(signal, () => child.kill(signal));
  child.on("error", refuse);
  child.on("exit", (code, signal) => {
    process.exitCode = code ?? 128 + constants.signals[signal];
  });
};

if (isNew) await import(pathToFileURL(main).href);
else {
  const node = process.env[alreadyTried] === undefined ? pinnedNode() : undefined;
  if (node === undefined) refuse();
  else runOn(node);
}
