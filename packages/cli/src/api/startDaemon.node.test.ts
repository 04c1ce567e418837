import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, realpathSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

const script = join(import.meta.dirname, "testing", "startOne.ts");
let home: string;

beforeEach(() => {
  home = realpathSync(mkdtempSync(join(tmpdir(), "duro-start-")));
});

afterEach(() => {
  for (const { pid } of starts()) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It has ended.
    }
  }
  rmSync(home, { recursive: true, force: true });
});

const starts = () => {
  try {
    return readFileSync(join(home, "starts"), "utf8")
      .trim()
      .split("\n")
      .map((line) => ({ pid: Number(line.split(" ")[0]), args: line.split(" ").slice(1) }));
  } catch {
    return [];
  }
};

const startOne = async (env: Record<string, string> = {}) => {
  const child = spawn(process.execPath, [script, home], {
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let said = "";
  child.stdout.on("data", (chunk: Buffer) => (said += chunk.toString()));
  await once(child, "close");
  const answer = JSON.parse(said) as { pid?: number; json?: unknown; message?: string };
  return { exit: child.exitCode, ...answer };
};

test("twenty commands at once start one daemon, and all of them reach it", async () => {
  const found = await Promise.all(Array.from({ length: 20 }, () => startOne()));
  expect(starts()).toHaveLength(1);
  const [daemon] = starts();
  expect(new Set(found.map(({ pid }) => pid))).toEqual(new Set([daemon?.pid]));
});

test("a daemon is started on its own, with the folder, and without what was said to the command", async () => {
  const { pid, json } = await startOne({ DURO_JSON: "1", DURO_YES: "1" });
  const [daemon] = starts();
  expect(pid).toBe(daemon?.pid);
  expect(json).toBeNull();
  expect(daemon?.args).toEqual(["daemon", "--detached", "--json"]);
  expect(statSync(join(home, "run")).mode & 0o777).toBe(0o700);
  // Of a session of its own, so that no terminal reaches it.
  const [, , , , , session] = readFileSync(`/proc/${daemon?.pid}/stat`, "utf8").split(" ");
  expect(Number(session)).toBe(daemon?.pid);
});

test("one that finds the last daemon's lock still held is started again", async () => {
  const { exit } = await startOne({ FAKE_DAEMON: "busyOnce" });
  expect(exit).toBe(0);
  expect(starts()).toHaveLength(2);
});

describe("a daemon that ends at once is reported with its reason", () => {
  test("as it said it, and with its own exit, where no other daemon would get further", async () => {
    const { exit, message } = await startOne({ FAKE_DAEMON: "dies" });
    expect([exit, message]).toEqual([14, "The store is damaged."]);
  });

  test("as the last of what Node said, with 6", async () => {
    const { exit, message } = await startOne({ FAKE_DAEMON: "crashes" });
    expect(exit).toBe(6);
    expect(message).toContain("it ended at once (1) and said: ");
    expect(starts()).toHaveLength(1);
  });
});

test("a socket that a dead daemon left behind is in nobody's way", async () => {
  await startOne();
  const [first] = starts();
  process.kill(first?.pid ?? 0, "SIGKILL");
  const { exit, pid } = await startOne();
  expect(exit).toBe(0);
  expect(pid).toBe(starts().at(-1)?.pid);
  expect(pid).not.toBe(first?.pid);
});
