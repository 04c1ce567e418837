#!/usr/bin/env node
/**
 * Starts the program on a Node that can run it. Plain JavaScript for any Node: where this one is too old,
 * the Node that was installed beside it takes over, and where there is none, a sentence says what to do.
 */
import { existsSync, mkdirSync, statSync } from "node:fs";
import * as module from "node:module";
import { dirname, isAbsolute, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const majorMin = 24;
/** exits.ts: VersionMismatch. */
const exitVersionMismatch = 13;
const alreadyTried = "DURO_NODE_CHOSEN";

const here = dirname(fileURLToPath(import.meta.url));
const isWindows = process.platform === "win32";
const isNew = Number(process.versions.node.split(".")[0]) >= majorMin;

/** What was built for others to install, or the source beside it. */
const mainFile = () => {
  const built = join(here, "..", "dist", "duro.mjs");
  return existsSync(built) ? built : join(here, "..", "src", "main.ts");
};

/** Of the package `node`, or of the one that it brings for this system, in this folder or above it. */
const pinnedNode = () => {
  const program = isWindows ? "node.exe" : "node";
  const system = [
    `node-${isWindows ? "win" : process.platform}-${process.arch}`,
    // Of Apple's newer processors, whose plain name another package has.
    `node-bin-${process.platform}-${process.arch}`,
  ];
  for (let folder = here; ; folder = dirname(folder)) {
    for (const name of ["node", ...system]) {
      const path = join(folder, "node_modules", name, "bin", program);
      if (existsSync(path)) return path;
    }
    if (folder === dirname(folder)) return undefined;
  }
};

const refuse = () => {
  const message = `This is Node ${process.versions.node}, and duro needs Node ${majorMin} or newer.`;
  const next = "install Node 24 from https://nodejs.org, or run npm install in Duro's folder";
  const error = { code: "NodeTooOld", message, next };
  if (process.argv.includes("--json")) console.log(JSON.stringify({ error }));
  else console.error(`duro: ${message}\n  next: ${next}`);
  process.exitCode = exitVersionMismatch;
};

/** As if it had been this process: its terminal, its signals, its end. */
const runOn = async (node) => {
  const { spawn } = await import("node:child_process");
  const { constants } = await import("node:os");
  let child;
  // Before it starts, so that none comes in between and ends this process alone.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"])
    process.on(signal, () => child.kill(signal));
  child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    // The channel closes with this process, however it dies, and the program then ends as well.
    stdio: ["inherit", "inherit", "inherit", "ipc"],
    env: { ...process.env, [alreadyTried]: "1" },
  });
  child.on("error", refuse);
  child.on("exit", (code, signal) => {
    process.exitCode = code ?? 128 + constants.signals[signal];
  });
};

/** A folder of this user's own: in one that others may write to, they could say what we run. */
const cacheFolder = () => {
  const { env, platform } = process;
  const home = isWindows ? env.LOCALAPPDATA : env.HOME;
  const root =
    env.XDG_CACHE_HOME ||
    (home && (isWindows ? home : join(home, platform === "darwin" ? "Library/Caches" : ".cache")));
  // The working folder may be anybody's.
  return root && isAbsolute(root) && join(root, "duro", "compiled");
};

const isOurs = (folder) => {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const { uid, mode } = statSync(folder);
    return isWindows || (uid === process.getuid() && (mode & 0o022) === 0);
  } catch {
    return false; // a disk that takes nothing keeps nothing
  }
};

if (isNew) {
  const folder = cacheFolder();
  // What was compiled once is read the next time: commands start in half the time.
  if (folder && module.enableCompileCache && isOurs(folder)) module.enableCompileCache(folder);
  await import(pathToFileURL(mainFile()).href);
} else {
  const node = process.env[alreadyTried] === undefined ? pinnedNode() : undefined;
  if (node === undefined) refuse();
  else await runOn(node);
}
