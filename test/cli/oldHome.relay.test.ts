/** What an older version left on a disk, opened by this one. */
import { chmodSync, cpSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { createMachine, endMachines, type Json, mustEnd } from "./tools/machine.ts";

afterEach(endMachines);

const homes = join(import.meta.dirname, "fixtures", "homes");

test.each(readdirSync(homes))(
  "a home of version %s opens with all that is in it",
  async (version) => {
    const machine = await createMachine();
    cpSync(join(homes, version), machine.home, { recursive: true });
    // A clone of the repository may be readable by others.
    chmodSync(join(machine.home, "data"), 0o700);
    chmodSync(machine.seedFile, 0o600);
    const status = await machine.duro(["status"]);
    mustEnd(status, 0);
    expect(status.json).toMatchObject({ server: null, pausedUntil: "always" });
    expect(status.json.entries).toEqual({ fact: 1, decision: 1, episode: 1, skill: 1 });
    const listed = await machine.duro(["list"]);
    const texts = listed.json.items.map(({ text }: Json) => text);
    expect(texts.toSorted()).toEqual([
      "keep SQLite",
      "make login fast",
      "release",
      "the queue is drained at noon",
    ]);
    const decision = listed.json.items.find(({ type }: Json) => type === "decision");
    const shown = await machine.duro(["show", decision.id]);
    expect(shown.json.items[0]).toMatchObject({ status: "validated", rationale: "one file" });
    expect((await machine.duro(["search", "queue noon"])).json.items).toHaveLength(1);
    mustEnd(await machine.duro(["remember", "written by this version"]), 0);
    expect((await machine.duro(["search", "written version"])).json.items).toHaveLength(1);
  },
);
