import { writeFile } from "node:fs/promises";
import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { afterEach, expect, test } from "vitest";
import { runCrashRounds } from "./tools/crashRounds.ts";
import { createMachine, endMachines, found } from "./tools/machine.ts";

afterEach(endMachines);

test("twenty commands at once on a machine without a daemon start one, and all succeed", async () => {
  const machine = await createMachine();
  await found(machine);
  await machine.killDaemon();
  const texts = Array.from({ length: 20 }, (_, number) => `written at once ${number}`);
  const ran = await Promise.all(texts.map((text) => machine.duro(["remember", text])));
  expect(ran.map(({ code, err }) => `${code} ${err}`)).toEqual(texts.map(() => "0 "));
  const pids = await Promise.all([machine.daemonPid(), machine.daemonPid()]);
  expect(pids[0]).toBe(pids[1]);
  const listed = await machine.duro(["list", "--limit", "50"]);
  expect(listed.json.items).toHaveLength(20);
});

test("[CRASH] everything that was confirmed is there, however often the daemon is killed", async () => {
  const machine = await createMachine();
  await found(machine);
  const seed = Date.now() % 2 ** 31;
  console.log(`seed ${seed}`);
  const report = await runCrashRounds(machine, { rounds: 6, seed });
  expect(report.lost).toEqual([]);
  expect(report.confirmed).toBeGreaterThan(report.kills);
});

test("a socket that a killed daemon left, and a file in its place, are in nobody's way", async () => {
  const machine = await createMachine();
  await found(machine);
  await machine.killDaemon();
  expect((await machine.duro(["status"])).code).toBe(0);
  await machine.duro(["daemon", "stop"]);
  mkdirSync(dirname(machine.socket), { recursive: true });
  await writeFile(machine.socket, "no socket");
  expect((await machine.duro(["status"])).code).toBe(0);
});

test("a daemon whose folder is gone does not stay", async () => {
  const machine = await createMachine();
  await found(machine);
  const stopped = await machine.duro(["daemon", "stop"]);
  expect(stopped.code).toBe(0);
  expect(await machine.daemonPid()).toBeUndefined();
  const again = await machine.duro(["daemon", "stop"]);
  expect(again.code).toBe(0);
});
