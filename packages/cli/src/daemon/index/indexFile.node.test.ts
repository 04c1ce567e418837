import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as wait } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { aRow, createIndexFolder, docNamed, type IndexFolder } from "./testing/indexFolder.ts";

const november = docNamed("mem/_/2026-11");

let folder: IndexFolder;
beforeEach(() => {
  folder = createIndexFolder();
});
afterEach(() => folder[Symbol.dispose]());

const fill = (count = 1): void => {
  const index = folder.open();
  index.replaceDoc(
    november,
    "one",
    Array.from({ length: count }, () => aRow({ text: "kept" })),
  );
  index.close();
};

const works = (): void => {
  const index = folder.open();
  expect(index.markOf(november)).toBeUndefined();
  expect(index.list({ limit: 5 }).items).toEqual([]);
  index.replaceDoc(november, "two", [aRow({ text: "anew" })]);
  expect(index.search("anew", { limit: 5 })).toHaveLength(1);
  index.close();
};

describe("a file that does not fit", () => {
  test.each([
    ["is no database", () => writeFileSync(folder.path, "a page of HTML, perhaps")],
    ["is empty", () => writeFileSync(folder.path, "")],
    [
      "is of another version",
      () => {
        const db = new DatabaseSync(folder.path);
        db.exec("PRAGMA user_version = 999");
        db.close();
      },
    ],
    [
      "lacks a table",
      () => {
        const db = new DatabaseSync(folder.path);
        db.exec("DROP TABLE doc");
        db.close();
      },
    ],
    ["was cut", () => truncateSync(folder.path, 5_000)],
    [
      "begins with rubbish",
      () => {
        const bytes = readFileSync(folder.path);
        bytes.fill(0x5a, 0, 4_096);
        writeFileSync(folder.path, bytes);
      },
    ],
  ])("because it %s is made anew, with one sentence to the log", (_, spoil) => {
    fill();
    spoil();
    works();
    expect(folder.said).toHaveLength(1);
    expect(folder.said[0]).toMatch(/^The search index is made anew, since the one on disk /u);
    expect(folder.said[0]).not.toContain(folder.path);
  });

  test("only in its middle is made anew when that shows, and says that it is empty", () => {
    fill(3_000);
    const bytes = readFileSync(folder.path);
    bytes.fill(0x5a, 3 * 4_096);
    writeFileSync(folder.path, bytes);
    const index = folder.open();
    index.search("kept", { limit: 5 });
    index.list({ limit: 5 });
    index.countByType();
    expect(folder.said.length).toBeGreaterThan(0);
    expect(index.markOf(november)).toBeUndefined();
    index.replaceDoc(november, "two", [aRow({ text: "anew" })]);
    expect(index.search("anew", { limit: 5 })).toHaveLength(1);
    index.close();
  });

  test("and that cannot be replaced gives way to one in memory", () => {
    rmSync(folder.path, { force: true });
    mkdirSync(join(folder.path, "not empty"), { recursive: true });
    works();
    expect(folder.said.at(-1)).toContain("in memory only");
  });
});

test("only its owner can read the file and what stands beside it", () => {
  const index = folder.open();
  index.replaceDoc(november, "one", [aRow()]);
  for (const ending of ["", "-wal", "-shm"])
    expect(statSync(folder.path + ending).mode & 0o777).toBe(0o600);
  index.close();
});

test("words of what is gone leave the file once it is tidied, and not before", () => {
  const index = folder.open();
  const isOnDisk = (): boolean =>
    ["", "-wal"].some((ending) => readFileSync(folder.path + ending).includes("zyxwvut"));
  const others = Array.from({ length: 300 }, () => aRow());
  const secret = aRow({ text: "zyxwvut", tagList: ["zyxwvut"] });
  index.replaceDoc(november, "one", [...others, secret]);
  expect(index.tidy()).toBe(false);
  index.updateEntries(november, "two", [], [secret.id]);
  expect(isOnDisk()).toBe(true);
  while (index.tidy());
  expect(isOnDisk()).toBe(false);
  expect(index.search("words", { limit: 200 })).toHaveLength(200);
  index.close();
});

test("a process killed while it writes leaves each document with the rows of its mark, or without one", async () => {
  const program = join(import.meta.dirname, "testing", "writeForEver.ts");
  let markCount = 0;
  for (let round = 0; round < 6; round += 1) {
    const child = spawn(process.execPath, [program, folder.path], {
      stdio: ["ignore", "pipe", "inherit"],
      cwd: dirname(program),
    });
    const ended = once(child, "exit");
    const begun = await Promise.race([once(child.stdout, "data"), ended]);
    expect(String(begun[0])).toBe("begun\n");
    await wait(60 + round * 17);
    child.kill("SIGKILL");
    await ended;
    const db = new DatabaseSync(folder.path);
    const rows = db.prepare("SELECT doc, line FROM entry").all();
    const marks = db.prepare("SELECT name, mark FROM doc").all();
    for (const { name, mark } of marks) {
      const lines = rows.filter(({ doc }) => doc === name).map(({ line }) => line);
      expect(new Set(lines)).toEqual(new Set([mark]));
      const words = db
        .prepare(
          "SELECT count(*) AS count FROM words JOIN entry ON entry.rowid = words.rowid WHERE words MATCH ? AND doc = ?",
        )
        .get(`"${String(mark)}"`, name ?? null);
      expect(words?.["count"]).toBe(lines.length);
    }
    markCount += marks.length;
    expect(db.prepare("PRAGMA integrity_check").get()).toEqual({ integrity_check: "ok" });
    db.close();
    rmSync(folder.path, { force: true });
  }
  expect(markCount).toBeGreaterThan(5);
}, 40_000);
