/** The file for the words: only ever new, only ever its owner's. */
import {
  chmodSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { carriedWarning, readSheet, writeSheet } from "./recoveryFile.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "duro-sheet-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test("is made for its owner alone, beside nothing else", async () => {
  expect(await readSheet(folder, "words")).toEqual({ ok: true, value: undefined });
  expect(await writeSheet(folder, "words", "the sheet")).toEqual({ ok: true, value: undefined });
  expect(statSync(join(folder, "words")).mode & 0o777).toBe(0o600);
  expect(await readSheet(folder, "words")).toEqual({ ok: true, value: "the sheet" });
});

test("nothing is written over a file or through a link, but an empty file is as good as none", async () => {
  writeFileSync(join(folder, "words"), "somebody's");
  symlinkSync(join(folder, "elsewhere"), join(folder, "link"));
  for (const name of ["words", "link", "no/such/folder"])
    expect(await writeSheet(folder, name, "the sheet")).toMatchObject({
      ok: false,
      error: { code: "RecoveryFileUnwritable", exit: 2 },
    });
  expect(readFileSync(join(folder, "words"), "utf8")).toBe("somebody's");
  expect(await readSheet(folder, "link")).toEqual({ ok: true, value: "" });
  writeFileSync(join(folder, "empty"), "");
  chmodSync(join(folder, "empty"), 0o644);
  expect(await readSheet(folder, "empty")).toEqual({ ok: true, value: undefined });
  expect((await writeSheet(folder, "empty", "the sheet")).ok).toBe(true);
  expect(statSync(join(folder, "empty")).mode & 0o777).toBe(0o600);
});

test("a folder that others carry away is warned of", () => {
  expect(carriedWarning("/home/me", "Dropbox/words")).toContain("cloud");
  expect(carriedWarning("/home/me", "Documents/words")).toContain("cloud");
  expect(carriedWarning("/home/me", "words")).toBeUndefined();
});
