import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { systemRandomBytes } from "@duro/crypto/receipt";
import { bytesToHex } from "@duro/crypto/types";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import type { Sql } from "../../postgres/sql.ts";
import { createKeyFile } from "../../program/keyFile.ts";
import { openEmptyTestDatabase } from "../../testing/testDatabase.ts";
import { takeApart } from "../testing/backupFiles.ts";
import { type FilledRelay, openFilledRelay } from "../testing/filledRelay.ts";
import { isEmpty, tableHashes } from "../testing/tableHashes.ts";
import { backUpTo, newFolder } from "../testing/upkeepRuns.ts";

const script = fileURLToPath(new URL("../testing/upkeepProcess.ts", import.meta.url));

let filled: FilledRelay;
let folder: string;
let file: string;

beforeAll(async () => {
  filled = await openFilledRelay();
  // Enough that there is time to be killed in.
  await filled.alice.data(12, 900_000);
  folder = await mkdtemp(join(tmpdir(), "duro-killed-"));
  file = join(folder, "relay.backup");
  await backUpTo(filled.sql, file);
});
afterAll(async () => {
  await filled.close();
  await rm(folder, { recursive: true, force: true });
});

interface Run {
  readonly how: "killed" | "ended";
  /** From when it began. */
  readonly ms: number;
}

/** Killed so long after it began; without a time it was let go on to its end. */
const run = async (
  what: "backup" | "restore",
  url: string,
  path: string,
  killAfterMs?: number,
): Promise<Run> => {
  const key = bytesToHex(filled.keys.signKey);
  const child = spawn(process.execPath, [script, what, url, path, key], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  const exited = once(child, "exit");
  await once(createInterface(child.stdout), "line");
  const beganAt = performance.now();
  if (killAfterMs !== undefined) {
    await Promise.race([sleep(killAfterMs), exited]);
    child.kill("SIGKILL");
  }
  await exited;
  const how = child.signalCode === "SIGKILL" ? "killed" : "ended";
  return { how, ms: performance.now() - beganAt };
};

/** Of the time that it takes when nobody interferes. */
const shares = [0.2, 0.5, 0.8];

/** Postgres sees soon that whoever was there is gone. */
const quiet = async (sql: Sql): Promise<void> => {
  for (;;) {
    const others = await sql`
      select from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid() and state <> 'idle'`;
    if (others.length === 0) return;
    await sleep(20);
  }
};

test("a backup that is killed leaves no file under its name", async () => {
  const place = await newFolder();
  const { ms } = await run("backup", filled.url, join(place, "whole.backup"));
  let killedCount = 0;
  for (const [index, share] of shares.entries()) {
    const name = `${index}.backup`;
    const { how } = await run("backup", filled.url, join(place, name), ms * share);
    const isThere = (await readdir(place)).includes(name);
    if (how === "killed" && !isThere) killedCount += 1;
    // It was quicker than we were: then it is whole, or this throws.
    if (isThere) await takeApart(join(place, name));
  }
  expect(killedCount).toBeGreaterThan(0);
});

test("a restore that is killed leaves an empty place, into which it can be done again", async () => {
  const whole = await openEmptyTestDatabase();
  onTestFinished(() => whole.close());
  const { ms } = await run("restore", whole.url, file);
  const wanted = await tableHashes(whole.sql);
  const place = await openEmptyTestDatabase();
  onTestFinished(() => place.close());
  let killedCount = 0;
  for (const share of shares) {
    const { how } = await run("restore", place.url, file, ms * share);
    await quiet(place.sql);
    if (how === "ended" || !(await isEmpty(place.sql))) break;
    killedCount += 1;
  }
  expect(killedCount).toBeGreaterThan(0);
  if (await isEmpty(place.sql)) await run("restore", place.url, file);
  expect({ ...(await tableHashes(place.sql)), relay: "" }).toEqual({ ...wanted, relay: "" });
});

const main = fileURLToPath(new URL("../../main.ts", import.meta.url));

test("a restore into a folder that is killed while it begins can be done again there", async () => {
  const place = join(await newFolder(), "relay");
  const keyFile = join(await newFolder(), "relay.key");
  await createKeyFile(keyFile, filled.keys.seed.reveal(), systemRandomBytes);
  const args = ["restore", "--from", file, "--data", place, "--key-file", keyFile, "--yes"];
  const restore = () => spawn(process.execPath, [main, ...args], { stdio: "ignore" });
  const killed = restore();
  const gone = once(killed, "exit");
  // The lock is taken by then, and Postgres's files are not made.
  await expect.poll(() => readdir(place), { timeout: 20_000, interval: 5 }).toContain("lib");
  killed.kill("SIGKILL");
  await gone;
  expect(killed.signalCode).toBe("SIGKILL");
  expect(await readdir(place)).not.toEqual([]);
  const [code] = await once(restore(), "exit");
  expect(code).toBe(0);
});
