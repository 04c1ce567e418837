/** The program from outside: arguments, signals, ends. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import { Exit } from "./exits.ts";

const main = join(import.meta.dirname, "main.ts");
const bin = join(import.meta.dirname, "../bin/duro-relay.mjs");

const parent = mkdtempSync(join(tmpdir(), "duro-main-"));
const children: ChildProcess[] = [];
afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    // Gently, or its Postgres would stay.
    const gone = once(child, "exit");
    child.kill("SIGTERM");
    await gone;
  }
});
afterAll(() => rmSync(parent, { recursive: true }));

interface Run {
  readonly child: ChildProcess;
  readonly out: () => string;
  readonly err: () => string;
  readonly ended: Promise<number | null>;
  readonly url: () => Promise<string>;
}

interface RunOptions {
  readonly program?: string;
  readonly nodeFlags?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

const start = (args: readonly string[], options: RunOptions = {}): Run => {
  const { program = main, nodeFlags = [], env = {} } = options;
  const { DATABASE_URL: _, ...inherited } = process.env;
  const child = spawn(process.execPath, [...nodeFlags, program, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...inherited, ...env },
  });
  children.push(child);
  let out = "";
  let err = "";
  const line = Promise.withResolvers<void>();
  child.stdout.on("data", (chunk: Buffer) => {
    out += chunk.toString();
    if (out.includes("\n")) line.resolve();
  });
  child.stderr.on("data", (chunk: Buffer) => {
    err += chunk.toString();
  });
  const ended = once(child, "close").then(([code]) => code as number | null);
  return {
    child,
    out: () => out,
    err: () => err,
    ended,
    url: async () => {
      await Promise.race([line.promise, ended]);
      const first = JSON.parse(out.split("\n")[0] ?? "") as { readonly url?: string };
      return first.url ?? `no url: ${out}${err}`;
    },
  };
};

const serve = (name: string, options: RunOptions = {}): Run =>
  start(["--json", "--port", "0", "--data", join(parent, name)], options);

/** Takes connections and says nothing. */
const startSilence = async (): Promise<{ readonly server: Server; readonly url: string }> => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return { server, url: `postgres://ada@127.0.0.1:${port}/duro` };
};

describe("asked to stop", () => {
  test.each(["SIGTERM", "SIGINT", "SIGHUP"] as const)(
    "by %s it stops, and was right to",
    async (signal) => {
      const run = serve("relay");
      const url = await run.url();
      expect((await fetch(`${url}/healthz`)).status).toBe(200);
      run.child.kill(signal);
      expect(await run.ended).toBe(Exit.Done);
      expect(run.out()).toBe(
        `${JSON.stringify({ url })}\n${JSON.stringify({ stopped: signal })}\n`,
      );
    },
  );

  test("before it has started it says so", async () => {
    const { server, url } = await startSilence();
    const run = serve("interrupted", { env: { DATABASE_URL: url } });
    await once(server, "connection");
    run.child.kill("SIGTERM");
    expect(await run.ended).toBe(Exit.Interrupted);
    expect(JSON.parse(run.out())).toMatchObject({ error: { code: "Interrupted" } });
    server.close();
  });

  test("one signal that comes twice at once is one", async () => {
    const run = serve("relay");
    await run.url();
    run.child.kill("SIGINT");
    run.child.kill("SIGINT");
    expect(await run.ended).toBe(Exit.Done);
  });
});

test("killed without warning, it starts again on the same data", async () => {
  const first = serve("relay");
  const about = async (url: string): Promise<unknown> =>
    (await fetch(`${url}/.well-known/duro`)).json();
  const before = await about(await first.url());
  first.child.kill("SIGKILL");
  await first.ended;
  const second = serve("relay");
  expect(await about(await second.url())).toEqual(before);
});

test("an error that nobody caught is logged without its message, and ends the program", async () => {
  const thrower =
    'process.once("SIGUSR2",()=>{setImmediate(()=>{throw new RangeError("CANARY")})})';
  const run = serve("relay", { nodeFlags: ["--import", `data:text/javascript,${thrower}`] });
  await run.url();
  run.child.kill("SIGUSR2");
  expect(await run.ended).toBe(Exit.Unexpected);
  expect(run.err()).toMatch(/"event":"an error was caught by nobody","error":"RangeError"/u);
  expect(JSON.parse(run.out().trim().split("\n").at(-1) ?? "")).toMatchObject({
    error: { code: "Stopped" },
  });
  expect(`${run.out()}${run.err()}`).not.toContain("CANARY");
});

describe("what is wrong on the command line", () => {
  test("is one object for a script", async () => {
    const run = start(["--json", "--prot", "1"]);
    expect(await run.ended).toBe(Exit.Usage);
    expect(JSON.parse(run.out())).toEqual({
      error: {
        code: "UsageError",
        message: 'There is no flag "--prot"; did you mean --port?',
        next: "duro-relay --help",
      },
    });
    expect(run.err()).toBe("");
  });

  test("is two lines on stderr for a person", async () => {
    const run = start(["--prot", "1"]);
    expect(await run.ended).toBe(Exit.Usage);
    expect(run.out()).toBe("");
    expect(run.err()).toBe(
      'duro-relay: There is no flag "--prot"; did you mean --port?\n  next: duro-relay --help\n',
    );
  });

  test("help and version need nothing", async () => {
    const help = start(["--help"]);
    expect(await help.ended).toBe(Exit.Done);
    expect(help.out()).toContain("Usage: duro-relay");
    const version = start(["--version", "--json"]);
    expect(await version.ended).toBe(Exit.Done);
    expect(JSON.parse(version.out())).toEqual({
      version: expect.stringMatching(/^\d+\.\d+\.\d+/u),
    });
  });

  test("a variable that does not exist is warned of on stderr", async () => {
    const run = serve("relay", { env: { DURO_RELAY_PROT: "1" } });
    await run.url();
    expect(run.err()).toContain("did you mean DURO_RELAY_PORT?");
  });
});

describe("the file that npx runs", () => {
  /** As if an older Node ran it: what the file looks at is changed, and nothing else. */
  const asNode20 = [
    "--import",
    'data:text/javascript,Object.defineProperty(process,"versions",{value:{...process.versions,node:"20.20.2"}})',
  ];

  test("starts the relay on this Node", async () => {
    const run = serve("relay", { program: bin });
    expect((await fetch(`${await run.url()}/healthz`)).status).toBe(200);
    run.child.kill("SIGTERM");
    expect(await run.ended).toBe(Exit.Done);
  });

  test("hands over to the Node of the workspace where this one is too old, signals and all", async () => {
    const run = serve("relay", { program: bin, nodeFlags: asNode20 });
    expect((await fetch(`${await run.url()}/healthz`)).status).toBe(200);
    run.child.kill("SIGTERM");
    expect(await run.ended).toBe(Exit.Done);
    expect(run.out()).toContain('{"stopped":"SIGTERM"}');
  });

  test("leaves no relay behind when it is killed", async () => {
    const run = serve("relay", { program: bin, nodeFlags: asNode20 });
    const url = await run.url();
    run.child.kill("SIGKILL");
    await run.ended;
    await sleep(500);
    await expect(fetch(url)).rejects.toThrow("fetch failed");
    // Its Postgres was left; the next relay takes it over, and with it goes.
    expect(await serve("relay").url()).toMatch(/^http:/u);
  });

  test("passes on how it ended", async () => {
    const run = start(["--prot"], { program: bin, nodeFlags: asNode20 });
    expect(await run.ended).toBe(Exit.Usage);
  });

  test("says what to do where there is no newer Node", async () => {
    const options = { program: bin, nodeFlags: asNode20, env: { DURO_NODE_CHOSEN: "1" } };
    const run = start(["--json"], options);
    expect(await run.ended).toBe(Exit.VersionMismatch);
    expect(JSON.parse(run.out())).toMatchObject({ error: { code: "NodeTooOld" } });
  });
});
