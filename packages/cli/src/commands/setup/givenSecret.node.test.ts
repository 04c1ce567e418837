import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { expect, onTestFinished, test } from "vitest";
import { secretFile } from "./givenSecret.ts";

const given = (cwd: string) => ({ cwd, stdin: Readable.from([]) });

test("a file is read from the folder that the command was called in", async () => {
  const cwd = mkdtempSync(join(tmpdir(), "duro-secret-"));
  onTestFinished(() => rmSync(cwd, { recursive: true }));
  writeFileSync(join(cwd, "words"), "größer als\n");
  const read = await secretFile(given(cwd), "phrase-file", "words");
  expect(read).toEqual({ ok: true, value: "größer als\n" });
});

test("one that is not there, and a folder, are named", async () => {
  for (const file of ["nowhere", "."]) {
    const read = await secretFile(given(tmpdir()), "phrase-file", file);
    expect(read).toMatchObject({ ok: false, error: { code: "FileUnreadable", exit: 2 } });
  }
});

test("one without an end is not read for ever", async () => {
  const read = await secretFile(given("/"), "phrase-file", "/dev/zero");
  expect(read.ok && read.value.length).toBeLessThan(1_000_000);
});
