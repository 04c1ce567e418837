/** `npm start`, as whoever has just cloned this repository sees it. */
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { duroFile } from "./tools/machine.ts";

const folder = mkdtempSync(join(tmpdir(), "duro-start-"));
const script = join(import.meta.dirname, "../../scripts/start.mjs");
const groups: number[] = [];

afterAll(() => {
  for (const pid of groups) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It has ended, as it should.
    }
  }
  rmSync(folder, { recursive: true, force: true });
});

interface Started {
  readonly out: () => string;
  readonly url: string;
  /** As Ctrl-C does, which the terminal tells everybody in the foreground. */
  stop(): Promise<number | null>;
}

const start = async (): Promise<Started> => {
  const child = spawn(process.execPath, [script, "--folder", folder], {
    stdio: ["ignore", "pipe", "inherit"],
    detached: true,
  });
  const { pid } = child;
  if (pid === undefined) throw new Error("it did not start");
  groups.push(pid);
  let out = "";
  const ended = new Promise<number | null>((resolve) => void child.once("exit", resolve));
  const ready = new Promise<void>((resolve) => {
    child.stdout.on("data", (chunk: Buffer) => {
      out += chunk.toString();
      if (out.includes("Ctrl-C stops everything")) resolve();
    });
  });
  await Promise.race([ready, ended]);
  const url = /a relay at (?<url>http:\S+),/u.exec(out)?.groups?.["url"];
  if (url === undefined) throw new Error(`it did not come so far: ${out}`);
  return {
    out: () => out,
    url,
    stop: () => {
      process.kill(-pid, "SIGINT");
      return ended;
    },
  };
};

const duro = (home: string, args: readonly string[]): string => {
  const env = { PATH: process.env["PATH"], HOME: folder, DURO_HOME: join(folder, home) };
  const ran = spawnSync(process.execPath, [duroFile, ...args], { env, encoding: "utf8" });
  if (ran.status !== 0) throw new Error(`duro ${args.join(" ")}: ${ran.stdout}${ran.stderr}`);
  return ran.stdout;
};

const answers = async (url: string): Promise<boolean> =>
  fetch(`${url}/healthz`).then(
    ({ ok }) => ok,
    () => false,
  );

/** Of the processes that have the folder in their command or in their variables, where Linux shows them. */
const processesHere = (): readonly string[] =>
  (process.platform === "linux" ? readdirSync("/proc") : [])
    .filter((name) => /^\d+$/u.test(name) && name !== String(process.pid))
    .filter((pid) => {
      try {
        return ["cmdline", "environ"].some((file) =>
          readFileSync(`/proc/${pid}/${file}`, "latin1").includes(folder),
        );
      } catch {
        return false; // It has ended, or is not ours.
      }
    });

test("npm start runs all of it, Ctrl-C ends all of it, and the next start finds all of it", async () => {
  const first = await start();
  expect(await answers(first.url)).toBe(true);
  const words = join(folder, "first-words.txt");
  expect(statSync(words).mode & 0o777).toBe(0o600);
  expect(first.out()).toContain(words);
  expect(first.out()).not.toContain(readFileSync(words, "utf8").split(/\s+/u, 3).join(" "));
  duro("first", ["remember", "Deploys run from the main branch"]);
  // A machine that somebody made by following the guide: its daemon is nobody's child.
  duro("third", ["recover", "--server", first.url, "--phrase-file", words]);
  expect(duro("third", ["search", "deploys"])).toContain("Deploys run");
  expect(await first.stop()).toBe(0);
  expect(await answers(first.url)).toBe(false);
  expect(processesHere()).toEqual([]);

  const second = await start();
  expect(second.url).toBe(first.url);
  expect(duro("first", ["list"])).toContain("Deploys run");
  expect(duro("first", ["wait", "--timeout", "20s", "--json"])).toContain('"sent"');
  expect(await second.stop()).toBe(0);
  expect(processesHere()).toEqual([]);
});
