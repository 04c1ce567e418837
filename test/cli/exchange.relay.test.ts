/** Files in and out, and a machine that forgets too much, by the programs themselves. */
import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { endEverything, startProgram } from "../relay/tools/program.ts";
import { newFolder } from "../relay/tools/folders.ts";
import { createMachine, endMachines, found, type Json, mustEnd, pair } from "./tools/machine.ts";

const artifacts = join(import.meta.dirname, "fixtures/agent-artifacts");

afterEach(async () => {
  await endMachines();
  await endEverything();
});

describe("files", () => {
  test("of the older Duro come in, go out, and come in elsewhere as the same bytes", async () => {
    const [first, second] = [await createMachine(), await createMachine()];
    for (const machine of [first, second])
      mustEnd(
        await machine.duro(["init", "--local-only", "--no-input", "--recovery-out", "words"], {
          cwd: machine.home,
        }),
        0,
      );
    const imported = await first.duro(["import", artifacts]);
    mustEnd(imported, 3);
    expect(imported.json).toMatchObject({ imported: 10, present: 0 });
    expect((await first.duro(["import", "memory"], { cwd: artifacts })).json).toMatchObject({
      imported: 0,
      present: 10,
    });
    const search = await first.duro(["search", "daily tokens"]);
    expect(search.json.items.map((item: Json) => item.text)).toContain("Rotate tokens daily");

    const folder = await mkdtemp(join(newFolder(), "out-"));
    mustEnd(await first.duro(["export", "--to", "all"], { cwd: folder }), 0);
    mustEnd(await second.duro(["import", "all"], { cwd: folder }), 0);
    const [one, other] = [await first.plain(["export"]), await second.plain(["export"])];
    expect(other.out).toBe(one.out);
    expect(await readFile(join(folder, "all/memory.json"), "utf8")).toBe(one.out);
    expect(one.out).toContain("größer");

    await writeFile(join(folder, "all/mine.txt"), "x");
    mustEnd(await first.duro(["export", "--to", "all"], { cwd: folder }), 2);
  });
});

describe("a machine that forgets too much", () => {
  test("is stopped by a safeguard, and named on the other one with the way back", async () => {
    const data = newFolder();
    const relay = startProgram(["--json", "--data", data, "--port", "0", "--registration", "open"]);
    const server = await relay.url();
    const [first, second] = [await createMachine(), await createMachine()];
    await found(first, server);
    await pair(first, second, server);
    const ids: string[] = [];
    for (let number = 0; number < 12; number += 1)
      ids.push((await first.call("remember", { text: `fact ${number}` })).id);
    const inStep = async (): Promise<void> => {
      for (const machine of [first, second, first, second])
        mustEnd(await machine.duro(["wait", "--timeout", "30"]), 0);
    };
    await inStep();

    const many = ids.slice(0, 5);
    const stopped = await second.duro(["forget", ...many, "--no-input"]);
    mustEnd(stopped, 12);
    expect(stopped.json.error.code).toBe("MassDeletion");
    mustEnd(await second.duro(["forget", ...many, "--yes"]), 0);
    await inStep();
    expect((await first.duro(["list"])).json.items.length).toBe(7);
    const alarmOf = async (): Promise<Json> =>
      (await first.duro(["status"])).json.alarms.find((one: Json) => one.code === "mass-deletion");
    const alarm = await alarmOf();
    expect(alarm.message).toContain("forgot 5 of 12 entries");
    const undo = /duro (?<args>forget --undo --device \S+ --since [^\s;]+)/u.exec(alarm.next);
    mustEnd(await first.duro((undo?.groups?.["args"] ?? "").split(" ")), 0);
    expect(await alarmOf()).toBeUndefined();
    await inStep();
    expect((await second.duro(["list"])).json.items.length).toBe(12);
  });
});
