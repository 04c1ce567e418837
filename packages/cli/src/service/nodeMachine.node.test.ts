import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createNodeMachine } from "./nodeMachine.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "duro-machine-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));
const machine = createNodeMachine(process.env);

test("a file has the mode that was asked for, whatever stood there, and reads back", async () => {
  const path = join(folder, "a", "b");
  for (const mode of [0o700, 0o600]) {
    expect(await machine.write({ path, text: "x", mode })).toMatchObject({ ok: true });
    expect(statSync(path).mode & 0o777).toBe(mode);
  }
  expect(statSync(join(folder, "a")).mode & 0o777).toBe(0o700);
  expect(await machine.readText(path)).toBe("x");
  expect(await machine.remove(path)).toEqual({ ok: true, value: true });
  expect(await machine.remove(path)).toEqual({ ok: true, value: false });
});

test("what Windows reads begins with its mark and reads back without it", async () => {
  const path = join(folder, "task.xml");
  await machine.write({ path, text: "<é/>", mode: 0o600, encoding: "utf16" });
  expect([...readFileSync(path).subarray(0, 4)]).toEqual([0xff, 0xfe, 0x3c, 0x00]);
  expect(await machine.readText(path)).toBe("<é/>");
});

test("a file where a folder should be is refused by its name", async () => {
  await machine.write({ path: join(folder, "file"), text: "", mode: 0o600 });
  const path = join(folder, "file", "below");
  expect(await machine.write({ path, text: "", mode: 0o600 })).toMatchObject({
    error: { type: "FileRefused", path, code: expect.stringMatching(/ENOTDIR|EEXIST/u) },
  });
});

test("a program that is not there has no exit code, and another one has its own", async () => {
  expect((await machine.run("duro-no-such-program", [])).code).toBeUndefined();
  const ran = await machine.run("/bin/sh", ["-c", "echo $A; echo b >&2; exit 3"], { A: "a" });
  expect(ran).toEqual({ code: 3, out: "a\n", err: "b\n" });
});
