/** Two and three machines of one person at a real relay. */
import { cp, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { endEverything, type Program, startProgram } from "../relay/tools/program.ts";
import { newFolder } from "../relay/tools/folders.ts";
import {
  createMachine,
  endMachines,
  found,
  type Json,
  type Machine,
  mustEnd,
  pair,
} from "./tools/machine.ts";

let relay: Program;
let server: string;
let data: string;
let port: string;

const startRelay = async (): Promise<void> => {
  relay = startProgram(["--json", "--data", data, "--port", port, "--registration", "open"]);
  server = await relay.url();
  port = new URL(server).port;
};

beforeEach(async () => {
  data = newFolder();
  port = "0";
  await startRelay();
});

afterEach(async () => {
  await endMachines();
  await endEverything();
});

const inStep = async (...machines: readonly Machine[]): Promise<void> => {
  // Twice: what the last one sent in the first round the first one has in the second.
  for (const machine of [...machines, ...machines]) {
    const waited = await machine.duro(["wait", "--timeout", "30"]);
    mustEnd(waited, 0);
  }
};

const stateOf = async (machine: Machine): Promise<string> =>
  (await machine.duro(["status"])).json.state;

const exportOf = async (machine: Machine): Promise<string> => {
  const exported = await machine.plain(["export", "--format", "json"]);
  mustEnd(exported, 0);
  return exported.out;
};

const twoMachines = async (): Promise<readonly [Machine, Machine]> => {
  const [first, second] = [await createMachine(), await createMachine()];
  await found(first, server);
  await pair(first, second, server);
  return [first, second];
};

describe("two machines", () => {
  test("that wrote over each other while the relay was down export the same bytes afterwards", async () => {
    const [first, second] = await twoMachines();
    const shared = await first.duro(["remember", "both edit this"]);
    await inStep(first, second);
    await relay.stop();
    expect((await first.duro(["sync"])).code).toBe(7);
    expect(await stateOf(first)).toBe("waiting");
    const write = async (machine: Machine, name: string): Promise<void> => {
      for (let number = 0; number < 40; number += 1) {
        const tags = [`tag-${number % 5}`, name];
        await machine.call("edit", { id: shared.json.id, tags });
        await machine.call("remember", { text: `${name} saw ${number}`, tags });
      }
    };
    await Promise.all([write(first, "first"), write(second, "second")]);
    expect((await first.duro(["remember", "offline"])).code).toBe(0);
    await startRelay();
    await inStep(first, second);
    expect([await stateOf(first), await stateOf(second)]).toEqual(["current", "current"]);
    const [one, other] = [await exportOf(first), await exportOf(second)];
    expect(one).toBe(other);
    expect(one).toContain("second saw 39");
  });

  test("a removed one reads, writes nothing that counts, and opens nothing new", async () => {
    const [first, second] = await twoMachines();
    await inStep(first, second);
    await second.duro(["pause", "1h"]);
    expect(await stateOf(second)).toBe("paused");
    await second.duro(["remember", "unsent and too late"]);
    const { json } = await first.duro(["device", "list"]);
    const removed = json.devices.find((one: Json) => one.scope === "full" && one.isThis !== true);
    const revoked = await first.duro(["device", "revoke", removed.id, "--yes"]);
    mustEnd(revoked, 0);
    await first.duro(["remember", "after the removal"]);
    expect((await first.duro(["wait", "--timeout", "20"])).code).toBe(0);
    await second.duro(["resume"]);
    const synced = await second.duro(["sync"]);
    mustEnd(synced, 9);
    expect((await second.duro(["remember", "later"])).code).toBe(9);
    expect((await second.duro(["list"])).code).toBe(0);
    expect(await stateOf(second)).toBe("attention");
    expect((await second.duro(["search", "removal"])).json.items).toEqual([]);
    expect((await first.duro(["search", "unsent"])).json.items).toEqual([]);
  });
});

test("a copied home folder is noticed, goes on as another incarnation, and nothing is lost", async () => {
  const first = await createMachine();
  await found(first, server);
  await first.duro(["remember", "before the copy"]);
  await inStep(first);
  await first.duro(["daemon", "stop"]);
  const copyHome = `${first.home}-copy`;
  await cp(first.home, copyHome, { recursive: true });
  const copy = await createMachine(copyHome);
  await Promise.all([
    first.duro(["remember", "written on the original"]),
    copy.duro(["remember", "written on the copy"]),
  ]);
  const codes: (number | null)[] = [];
  for (let round = 0; round < 6; round += 1)
    for (const machine of [first, copy]) codes.push((await machine.duro(["sync"])).code);
  expect(codes.filter((code) => code !== 0 && code !== 12)).toEqual([]);
  // Somebody is told.
  expect(codes).toContain(12);
  for (const machine of [first, copy]) {
    const texts = (await machine.duro(["list"])).json.items.map(
      (one: { text: string }) => one.text,
    );
    expect(texts.toSorted()).toEqual([
      "before the copy",
      "written on the copy",
      "written on the original",
    ]);
  }
  await rm(copyHome, { recursive: true, force: true });
});

test("no word of the memory is in the daemon's own log", async () => {
  const machine = await createMachine();
  await found(machine, server);
  const canary = "cb7e0d52canary";
  await machine.duro(["remember", `the ${canary} sings`, "--tag", canary, "--project", canary]);
  await machine.duro(["decide", canary, "--rationale", canary, "--expected", canary]);
  await machine.duro(["search", canary]);
  await machine.duro(["show", canary]);
  await machine.duro(["wait", "--timeout", "20"]);
  const log = await readFile(join(machine.home, "state", "log", "daemon.log"), "utf8");
  expect(log).toContain("started");
  expect(log).not.toContain(canary);
});
