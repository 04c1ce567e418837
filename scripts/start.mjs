/**
 * `npm start`: Duro to try out, on this machine alone. Installs what is missing, runs a relay on its own
 * database and the daemon of a first machine, says what to do with them, and stops both on Ctrl-C.
 * Everything is kept in `.duro`, so the next start goes on where this one stopped. The script in
 * package.json says exec, so that a signal to npm reaches us and not a shell in between.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { isAbsolute, join, relative, resolve } from "node:path";
import { parseArgs } from "node:util";
import { ensureInstalled, root } from "./install.mjs";
import { askDuro, startProgram } from "./start/child.mjs";
import { guide } from "./start/guide.mjs";

/** `--folder DIR` is for tests, which leave a person's trial alone. */
const { values } = parseArgs({
  options: { folder: { type: "string", default: join(root, ".duro") } },
});
const folder = resolve(values.folder);
const first = join(folder, "first");
const urlFile = join(folder, "relay-url");
/** The relay's own choice, which a second try of somebody else's program may have. */
const usualPort = "8787";
/** Homes beside these are machines that somebody made by following the guide. */
const notHomes = new Set(["relay"]);

/** So that nobody wonders what takes so long. */
const step = async (what, work) => {
  process.stdout.write(`${what} … `);
  const startedAt = performance.now();
  const result = await work();
  console.log(`${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
  return result;
};

const running = [];
let stopping;

/** The machines first, while the relay can still take what they have to say. */
const stop = () => {
  stopping ??= (async () => {
    console.log("\nStopping …");
    for (const home of homes()) await askDuro(home, ["daemon", "stop"]);
    for (const program of running.toReversed()) await program.stop();
    console.log("Everything has ended.");
  })();
  return stopping;
};

const homes = () =>
  readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !notHomes.has(entry.name))
    .map((entry) => join(folder, entry.name));

const fail = async (what, { message, next }) => {
  if (stopping !== undefined) return stopping;
  console.log(`\n${what}: ${message}`);
  if (next) console.log(`  next: ${next}`);
  process.exitCode = 1;
  return stop();
};

const readUrl = () => {
  try {
    return readFileSync(urlFile, "utf8").trim();
  } catch {
    return undefined;
  }
};

/** At the address of the last time, which the machines know; the first time wherever there is room. */
const startRelay = async () => {
  const known = readUrl();
  const ports = known === undefined ? [usualPort, "0"] : [new URL(known).port];
  let trouble;
  for (const port of ports) {
    const data = join(folder, "relay");
    const relay = startProgram("relay", ["--json", "--port", port, "--data", data], {
      logFile: join(folder, "relay.log"),
    });
    running.push(relay);
    await Promise.race([relay.firstLine, relay.ended]);
    const said = relay.said();
    if (typeof said.url === "string") {
      writeFileSync(urlFile, `${said.url}\n`);
      return { url: said.url, relay };
    }
    await relay.ended;
    running.pop();
    const log = join(folder, "relay.log");
    trouble = said.error ?? { message: "it ended without a word", next: `look at ${log}` };
    if (trouble.code !== "PortTaken") break;
  }
  return { trouble };
};

/** One that a command left behind would keep ours from its lock. */
const startDaemon = async () => {
  await askDuro(first, ["daemon", "stop"]);
  const logFile = join(folder, "daemon.log");
  const daemon = startProgram("duro", ["daemon"], { home: first, logFile });
  running.push(daemon);
  await Promise.race([daemon.hasSpoken, daemon.ended]);
  return daemon;
};

/** Somebody tries `duro daemon stop`: that is no reason to stop the rest. */
const tellOfEnd = async (daemon) => {
  await daemon.ended;
  if (stopping === undefined)
    console.log("The first machine's daemon has ended; its next command starts another.");
};

const setUp = (url) => {
  const words = join(folder, "first-words.txt");
  return askDuro(first, ["init", "--server", url, "--recovery-out", words, "--name", "first"]);
};

/** Whoever ends npm alone ends the shell between us, which passes nothing on. */
const stopWithParent = () => {
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid !== parent) void stop();
    if (stopping !== undefined) clearInterval(watch);
  }, parentLookMs);
  watch.unref();
};
const parentLookMs = 500;

/** In the repository as one would type it there; elsewhere whole. */
const shownFolder = () => {
  const within = relative(root, folder);
  return within.startsWith("..") || isAbsolute(within) ? folder : within;
};

const run = async () => {
  if (!ensureInstalled()) {
    console.log("npm ci failed, so nothing was started. Is the npm registry within reach?");
    process.exitCode = 1;
    return;
  }
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => void stop());
  stopWithParent();

  const { url, relay, trouble } = await step("Starting a relay and its database", startRelay);
  if (trouble !== undefined) return fail("The relay did not start", trouble);
  if (stopping !== undefined) return stopping;
  const daemon = await step("Starting the daemon of a first machine", startDaemon);
  const { code, answer } = await step("Setting that machine up", () => setUp(url));
  if (code !== 0) return fail("The first machine was not set up", answer.error);
  if (stopping === undefined) console.log(guide({ url, folder: shownFolder() }));

  void tellOfEnd(daemon);
  await relay.ended;
  return fail("The relay has ended by itself", { message: `look at ${folder}/relay.log` });
};

await run();
