/** The program from outside, as a process; in the place of the daemon a stand-in of these tests. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

const launcher = join(import.meta.dirname, "..", "bin", "duro.mjs");
let home: string;
let server: Server | undefined;

beforeEach(() => {
  home = realpathSync(mkdtempSync(join(tmpdir(), "duro-main-")));
});

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
  server = undefined;
  rmSync(home, { recursive: true, force: true });
});

const environment = () => ({
  PATH: process.env["PATH"],
  HOME: home,
  DURO_HOME: home,
  // What was compiled for other tests and commands serves here too.
  XDG_CACHE_HOME: join(process.env["HOME"] ?? home, ".cache"),
});

const start = (args: readonly string[], env: Record<string, string> = {}, program = launcher) => {
  const child = spawn(process.execPath, [program, ...args], {
    env: { ...environment(), ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const said = { out: "", err: "" };
  child.stdout.on("data", (chunk: Buffer) => (said.out += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (said.err += chunk.toString()));
  const ended = once(child, "close").then(() => ({ ...said, exit: child.exitCode }));
  return { child, said, ended };
};

const run = (args: readonly string[], env: Record<string, string> = {}) => start(args, env).ended;

const shell = async (line: string) => {
  const child = spawn("bash", ["-c", line], {
    env: { ...environment(), NODE: process.execPath, DURO: launcher },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let text = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => (text += chunk.toString()));
  await once(child, "close");
  return text;
};

/** A daemon that takes every call and answers as it is told. */
const serve = async (answer: (name: string) => string | undefined) => {
  mkdirSync(join(home, "run"), { mode: 0o700 });
  const asked = Promise.withResolvers<void>();
  const standIn = createServer((request, response) => {
    request.resume();
    const text = answer((request.url ?? "").replace("/v1/", ""));
    if (text !== undefined) response.end(text);
    asked.resolve();
  });
  server = standIn;
  await new Promise<void>((resolve) => {
    standIn.listen(join(home, "run", "daemon.sock"), resolve);
  });
  return { asked: asked.promise };
};

test("the version is that of the package, in words and as JSON", async () => {
  const manifest = readFileSync(join(import.meta.dirname, "..", "package.json"), "utf8");
  const { version } = JSON.parse(manifest) as { version: string };
  for (const line of [["version"], ["--version"], ["-V"], ["forget", "--version"]])
    expect(await run(line)).toEqual({ out: `duro ${version}\n`, err: "", exit: 0 });
  const json = await run(["version", "--json"]);
  expect(JSON.parse(json.out)).toEqual({ version });
});

describe("what is typed wrong ends with 2", () => {
  test("and says on stderr what was meant", async () => {
    const { out, err, exit } = await run(["statsu"]);
    expect({ out, exit }).toEqual({ out: "", exit: 2 });
    expect(err).toBe(
      'duro: There is no command "statsu". Did you mean "duro status"?\n  next: duro help status\n',
    );
  });

  test.each([
    [["statsu", "--json"]],
    [["--json", "remember", "x", "--nonsense"]],
    [["device", "--json"]],
    [["remember", "--json"]],
  ])("and says it as the last line of JSON: %j", async (args) => {
    const { out, err, exit } = await run(args);
    expect(JSON.parse(out)).toMatchObject({ error: { code: "UsageError" } });
    expect({ err, exit }).toEqual({ err: "", exit: 2 });
  });
});

test("duro alone, help and --help teach by example, and end with 0", async () => {
  const alone = await run([]);
  expect(alone).toMatchObject({ exit: 0, err: "" });
  expect(alone.out).toContain("duro init");
  const help = await run(["help", "remember"]);
  expect(help.out).toContain("duro remember TEXT");
  expect(help.out).toContain("Examples");
  expect((await run(["remember", "--help"])).out).toBe(help.out);
  const exits = await run(["help", "exit-codes"]);
  for (const exit of [...Array(15).keys(), 130])
    expect(exits.out).toMatch(new RegExp(`^ +${exit}  `, "mu"));
  expect((await run(["device", "--help"])).out).toContain("duro device revoke");
  expect((await run(["help", "no-such"])).exit).toBe(2);
});

test("none of these starts a daemon", async () => {
  for (const args of [["version"], ["help"], ["daemon", "stop"], ["status", "--help"]])
    expect((await run(args)).exit).toBe(0);
  expect(await shell(`ls -A ${home}`)).toBe("");
});

test("daemon stop says that none was running", async () => {
  expect(await run(["daemon", "stop", "--json"])).toMatchObject({ out: '{"pid":null}\n', exit: 0 });
});

test("a reader that goes away ends nothing with noise", async () => {
  const text = await shell('for n in 1 2 3; do "$NODE" "$DURO" help | head -n 1; done');
  expect(new Set(text.trim().split("\n")).size).toBe(1);
});

test("Ctrl-C while the daemon is asked ends with 130 and no noise", async () => {
  const { asked } = await serve(() => undefined);
  const { child, ended } = start(["status"]);
  await asked;
  child.kill("SIGINT");
  expect(await ended).toEqual({ out: "", err: "", exit: 130 });
});

test("what nobody expected ends with 1, a sentence and no trace of the source", async () => {
  await serve(() => '{"state":"current"}\n'); // not what a status is made of
  const { out, err, exit } = await run(["status"]);
  expect({ out, exit }).toEqual({ out: "", exit: 1 });
  expect(err).toContain("next: duro doctor");
  expect(err).not.toMatch(/\bat .*\.ts|\.ts:\d/u);
  const debugged = await run(["status"], { DURO_DEBUG: "1" });
  expect(debugged.err).toMatch(/\.ts:\d/u);
});

test("what a daemon answers steers no terminal", async () => {
  const error = { code: "X", message: "bad \u001B[2Jtext\u009B31m", exit: 8 };
  await serve(() => `${JSON.stringify({ error })}\n`);
  expect(await run(["list"])).toEqual({ out: "", err: "duro: bad [2Jtext31m\n", exit: 8 });
});

describe("completions of bash", () => {
  const complete = async (...words: readonly string[]) => {
    const line = words.map((word) => `'${word}'`).join(" ");
    const text = await shell(
      `source <("$NODE" "$DURO" completion bash); COMP_WORDS=(${line}); COMP_CWORD=${words.length - 1}; _duro; printf '%s\\n' "\${COMPREPLY[@]}"`,
    );
    return text.trim().split("\n").filter(Boolean);
  };

  test("know commands, their second words, flags and choices", async () => {
    expect(await complete("duro", "rem")).toEqual(["remember"]);
    expect(await complete("duro", "--json", "daemon", "")).toEqual(["stop", "restart"]);
    expect(await complete("duro", "remember", "--no")).toEqual(["--no-input"]);
    expect(await complete("duro", "help", "exit")).toEqual(["exit-codes"]);
    expect(await complete("duro", "completion", "b")).toEqual(["bash"]);
    expect(await complete("duro", "daemon", "stop", "")).toEqual([]);
  });

  test("offer files where a file is wanted, blanks and all", async () => {
    writeFileSync(join(home, "my words.txt"), "");
    expect(await complete("duro", "version", "--home", `${home}/my`)).toEqual([
      `${home}/my words.txt`,
    ]);
  });
});

test.each(["bash", "zsh", "fish", "pwsh"])("completion %s names every command", async (name) => {
  const { out, exit } = await run(["completion", name]);
  expect(exit).toBe(0);
  for (const word of ["remember", "restart", "exit-codes"]) expect(out).toContain(word);
});

describe("on a Node that is too old", () => {
  /** The same launcher, for which every Node of today is too old. */
  const oldLauncher = (): string => {
    mkdirSync(join(home, "app", "bin"), { recursive: true });
    const path = join(home, "app", "bin", "duro.mjs");
    const text = readFileSync(launcher, "utf8");
    writeFileSync(path, text.replace("majorMin = 24", "majorMin = 999"));
    return path;
  };

  /** In the place of the Node that was installed beside it. */
  const installNode = (name: string, script: string): void => {
    const folder = join(home, "node_modules", name, "bin");
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "node"), `#!/bin/sh\n${script}\n`);
    chmodSync(join(folder, "node"), 0o755);
  };

  test("it ends with 13 and a sentence", async () => {
    const program = oldLauncher();
    const words = await start(["version"], {}, program).ended;
    expect(words).toMatchObject({ out: "", exit: 13 });
    expect(words.err).toContain("duro needs Node 999");
    const json = await start(["version", "--json"], {}, program).ended;
    expect(JSON.parse(json.out)).toMatchObject({ error: { code: "NodeTooOld" } });
    expect(json.exit).toBe(13);
  });

  test.each(["node", `node-${process.platform}-${process.arch}`])(
    "it runs on that of the package %s, with its words and its exit",
    async (name) => {
      const program = oldLauncher();
      installNode(name, 'echo "$2,$3"; exit 7');
      const { out, exit } = await start(["a b", "--c"], {}, program).ended;
      expect({ out, exit }).toEqual({ out: "a b,--c\n", exit: 7 });
    },
  );

  test("signals reach that Node", async () => {
    const program = oldLauncher();
    installNode(
      "node",
      "trap 'exit 42' TERM; echo ready; for n in $(seq 400); do sleep 0.05; done",
    );
    const { child, said, ended } = start([], {}, program);
    await expect.poll(() => said.out).toBe("ready\n");
    child.kill("SIGTERM");
    expect((await ended).exit).toBe(42);
  });
});

test("what was built stands before the source", async () => {
  mkdirSync(join(home, "app", "bin"), { recursive: true });
  mkdirSync(join(home, "app", "dist"));
  copyFileSync(launcher, join(home, "app", "bin", "duro.mjs"));
  writeFileSync(join(home, "app", "dist", "duro.mjs"), 'process.stdout.write("built\\n");');
  const { out } = await start([], {}, join(home, "app", "bin", "duro.mjs")).ended;
  expect(out).toBe("built\n");
});
