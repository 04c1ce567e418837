/** The first run, by the program itself: its lines, its files and its exits. */
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { endEverything, startProgram } from "../relay/tools/program.ts";
import { newFolder } from "../relay/tools/folders.ts";
import { createMachine, endMachines, mustEnd } from "./tools/machine.ts";

let server: string;

beforeAll(async () => {
  const flags = ["--json", "--port", "0", "--data", newFolder(), "--registration", "open"];
  server = await startProgram(flags).url();
});
afterEach(endMachines);
afterAll(endEverything);

const id = expect.stringMatching(/^[0-9a-f]{32}$/u) as string;

describe("the first run", () => {
  test("makes a sheet that only its owner reads, and is the same when repeated", async () => {
    const machine = await createMachine();
    const sheet = join(machine.home, "sheet");
    const args = ["init", "--no-input", "--server", server, "--recovery-out", sheet];
    const first = await machine.duro(args);
    mustEnd(first, 0);
    expect(first.json).toEqual({ user: id, device: id, vault: id, server });
    expect(statSync(sheet).mode & 0o777).toBe(0o600);
    const [words = ""] = readFileSync(sheet, "utf8").split("\n");
    expect(words.split(" ")).toHaveLength(24);
    expect(first.out + first.err).not.toContain(words.split(" ").slice(0, 3).join(" "));
    const again = await machine.duro(args);
    mustEnd(again, 0);
    expect(again.json).toEqual(first.json);
    mustEnd(await machine.duro(["key", "verify", "--phrase-file", sheet]), 0);
    expect(readFileSync(sheet, "utf8")).toContain(first.json.vault);
  });

  test("without anybody to ask wants a file and a place, and takes no file that is there", async () => {
    const machine = await createMachine();
    const sheet = join(machine.home, "sheet");
    for (const args of [
      ["init", "--no-input", "--local-only"],
      ["init", "--no-input", "--recovery-out", sheet],
      ["init", "--local-only"],
      ["init", "--no-input", "--local-only", "--recovery-out", "/proc/version"],
      ["init", "--no-input", "--server", "relay", "--recovery-out", sheet],
    ])
      mustEnd(await machine.duro(args), 2);
    const status = await machine.duro(["status"]);
    expect([status.code, status.json.error.code]).toEqual([5, "NotSetUp"]);
  });

  test("killed at any moment is gone on with by the next, and its sheet opens it", async () => {
    for (const afterMs of [200, 600, 1_000]) {
      const machine = await createMachine();
      const sheet = join(machine.home, "sheet");
      const args = ["init", "--no-input", "--local-only", "--recovery-out", sheet];
      const first = machine.start(args);
      await new Promise((resolve) => setTimeout(resolve, afterMs));
      first.child.kill("SIGKILL");
      await machine.killDaemon();
      await first.ended;
      mustEnd(await machine.duro(args), 0);
      const drill = await machine.duro(["key", "verify", "--phrase-file", sheet]);
      expect(drill.json).toMatchObject({ opens: true });
    }
  });

  test("with the relay away works, says so with 7, and is linked by itself", async () => {
    const data = newFolder();
    const flags = ["--json", "--data", data, "--registration", "open"];
    const before = startProgram([...flags, "--port", "0"]);
    const url = await before.url();
    await before.stop();
    const machine = await createMachine();
    const sheet = join(machine.home, "sheet");
    const args = ["init", "--no-input", "--server", url, "--recovery-out", sheet];
    const offline = await machine.duro(args);
    mustEnd(offline, 7);
    expect(offline.json.error.message).toContain("nothing listens there");
    mustEnd(await machine.duro(["remember", "offline"]), 0);
    const after = startProgram([...flags, "--port", new URL(url).port]);
    await after.url();
    mustEnd(await machine.duro(["wait", "--timeout", "40"]), 0);
    mustEnd(await machine.duro(args), 0);
    await after.stop();
  });
});
