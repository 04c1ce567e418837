import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { prepareFolder } from "./folder.ts";
import { shellWord } from "./shellWord.ts";

const parent = mkdtempSync(join(tmpdir(), "duro-folder-"));
afterAll(() => rmSync(parent, { recursive: true }));

test("a new folder is for this user alone, and so are those above it", async () => {
  const path = join(parent, "new", "er");
  expect(await prepareFolder(path)).toEqual({ ok: true, value: [] });
  expect(statSync(path).mode & 0o777).toBe(0o700);
  expect(statSync(join(parent, "new")).mode & 0o777).toBe(0o700);
});

test("a folder that others may read is said, and left as it is", async () => {
  const path = join(parent, "open to all");
  mkdirSync(path);
  chmodSync(path, 0o755);
  expect(await prepareFolder(path)).toEqual({
    ok: true,
    value: [`${path} is open to other users of this machine; close it: chmod 700 '${path}'`],
  });
  expect(statSync(path).mode & 0o777).toBe(0o755);
});

test("a file in its place is a reason to end", async () => {
  const path = join(parent, "file");
  writeFileSync(path, "");
  expect(await prepareFolder(path)).toMatchObject({ ok: false, error: { code: "FolderUnusable" } });
  expect(await prepareFolder(join(path, "below"))).toMatchObject({ ok: false });
});

test.each([
  ["/srv/duro", "/srv/duro"],
  ["/a b", "'/a b'"],
  ["/it's", "'/it'\\''s'"],
  ["/$(x)", "'/$(x)'"],
])("%s is pasted as %s", (path, word) => {
  expect(shellWord(path)).toBe(word);
});
