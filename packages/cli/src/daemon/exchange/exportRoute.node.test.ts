import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { entryRoutes } from "../entries/entryRoutes.ts";
import {
  openTestDaemon,
  problemOf,
  type TestDaemon,
  valueOf,
} from "../entries/testing/openTestDaemon.ts";
import { exchangeRoutes } from "./exchangeRoutes.ts";

const routes = [...entryRoutes, ...exchangeRoutes];

let daemon: TestDaemon;
let folder: string;
beforeEach(async () => {
  daemon = await openTestDaemon(routes);
  folder = await mkdtemp(path.join(tmpdir(), "duro-export-"));
});
afterEach(async () => {
  await daemon[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

const fill = async (): Promise<string> => {
  const project = "git@github.com:acme/shop.git";
  const { id } = valueOf(
    await daemon.call("remember", { text: "port 5432", project, tags: ["x"] }),
  );
  const anew = valueOf(await daemon.call("edit", { id, text: "port 5433" }));
  const decided = valueOf(
    await daemon.call("decide", { text: "use SQLite 🐘", rationale: "one file", project }),
  );
  valueOf(await daemon.call("validate", { id: decided.id, status: "partial", actual: "mostly" }));
  const episode = valueOf(await daemon.call("episodeStart", { goal: "fast login" }));
  valueOf(await daemon.call("episodeNote", { id: episode.id, text: "measured" }));
  valueOf(await daemon.call("skillSave", { name: "release", body: "1. tag\n" }));
  const gone = valueOf(await daemon.call("remember", { text: "to be forgotten" }));
  valueOf(await daemon.call("forget", { ids: [gone.id], how: "forget" }));
  return anew.id;
};

const text = async (from = daemon, format?: "json" | "md"): Promise<string> => {
  const { answer, said } = await from.talk("export", { format });
  valueOf(answer);
  return said.flatMap((line) => ("text" in line ? [line.text] : [])).join("");
};

describe("an export", () => {
  test("comes back into an empty memory, and goes out again as the same bytes", async () => {
    await fill();
    const before = await text();
    expect(before).not.toContain("to be forgotten");
    const file = path.join(folder, "memory.json");
    await writeFile(file, before);
    const other = await openTestDaemon(routes);
    try {
      expect(valueOf((await other.talk("import", { path: file })).answer)).toMatchObject({
        imported: 6,
        present: 0,
        skipped: [],
      });
      expect(await text(other)).toBe(before);
      expect(valueOf((await other.talk("import", { path: file })).answer)).toMatchObject({
        imported: 0,
        present: 6,
      });
      expect(await text(other)).toBe(before);
    } finally {
      await other[Symbol.asyncDispose]();
    }
  });

  test("says how much there is of each type", async () => {
    await fill();
    expect(valueOf((await daemon.talk("export", {})).answer)).toEqual({
      counts: { decision: 1, episode: 1, event: 1, fact: 2, project: 1, skill: 1 },
    });
  });

  test("of a large memory comes in pieces that put together are the whole", async () => {
    const claim = "🐘".repeat(1_900);
    for (let index = 0; index < 300; index += 1)
      valueOf(await daemon.call("remember", { text: `${index} ${claim}` }));
    const { said } = await daemon.talk("export", {});
    const pieces = said.flatMap((line) => ("text" in line ? [line.text] : []));
    expect(pieces.length).toBeGreaterThan(1);
    expect(pieces.every((piece) => piece.isWellFormed())).toBe(true);
    expect((JSON.parse(pieces.join("")) as { entries: unknown[] }).entries.length).toBe(300);
  });

  test("as pages has the words for people, and no JSON", async () => {
    await fill();
    const pages = await text(daemon, "md");
    for (const words of ["# Facts", "port 5433", "one file", "measured", "1. tag"])
      expect(pages).toContain(words);
    expect(pages).not.toContain("duro-memory");
  });
});

describe("an export to a folder", () => {
  const exportTo = async (to: string, format?: "json" | "md") =>
    (await daemon.talk("export", { to, format })).answer;

  test("makes it, for its user only, with pages and JSON", async () => {
    await fill();
    const to = path.join(folder, "deep/in/out");
    const { files } = valueOf(await exportTo(to));
    expect(files).toContain("memory.json");
    for (const file of files ?? []) expect((await stat(path.join(to, file))).mode & 0o77).toBe(0);
    expect((await stat(to)).mode & 0o777).toBe(0o700);
    expect(await readFile(path.join(to, "memory.json"), "utf8")).toBe(await text());
    expect(await readFile(path.join(to, "facts.md"), "utf8")).toContain("port 5433");
    expect(await readdir(path.dirname(to))).toEqual(["out"]);
  });

  test("is taken back in as a folder", async () => {
    await fill();
    const to = path.join(folder, "out");
    valueOf(await exportTo(to));
    const other = await openTestDaemon(routes);
    try {
      const answer = valueOf((await other.talk("import", { path: to })).answer);
      expect(answer).toMatchObject({ imported: 6, skipped: [] });
      expect(await text(other)).toBe(await text());
    } finally {
      await other[Symbol.asyncDispose]();
    }
  });

  test("replaces an older export whole: what is no longer there is gone", async () => {
    const id = await fill();
    const to = path.join(folder, "out");
    valueOf(await exportTo(to));
    valueOf(await daemon.call("forget", { ids: [id], how: "forget", isAgreed: true }));
    valueOf(await exportTo(to, "json"));
    expect(await readdir(to)).toEqual(["memory.json"]);
    expect(await readFile(path.join(to, "memory.json"), "utf8")).not.toContain("port 5433");
    expect(await readdir(folder)).toEqual(["out"]);
  });

  test("goes through a link to where it leads", async () => {
    const real = path.join(folder, "real");
    await mkdir(real);
    await symlink(real, path.join(folder, "link"));
    valueOf(await exportTo(path.join(folder, "link"), "json"));
    expect(await readdir(real)).toEqual(["memory.json"]);
  });

  test.each([
    ["notes.txt", "notes.txt"],
    ["memory.json", "memory.json"],
    ["skills/mine/SKILL.md", "memory.json"],
  ])("that holds a foreign %s is refused, and left as it is", async (name, named) => {
    const to = path.join(folder, "out");
    await mkdir(path.dirname(path.join(to, name)), { recursive: true });
    await writeFile(path.join(to, name), "mine");
    const problem = problemOf(await exportTo(to));
    expect(problem).toMatchObject({ code: "FolderNotOurs", exit: 2 });
    expect(problem.message).toContain(named);
    expect(await readFile(path.join(to, name), "utf8")).toBe("mine");
  });

  test("with a foreign file beside an export of ours is refused", async () => {
    const to = path.join(folder, "out");
    await fill();
    valueOf(await exportTo(to));
    const [skill = ""] = await readdir(path.join(to, "skills"));
    await writeFile(path.join(to, "skills", skill, "run.sh"), "mine");
    expect(problemOf(await exportTo(to)).message).toContain("run.sh");
    expect(await readFile(path.join(to, "skills", skill, "run.sh"), "utf8")).toBe("mine");
  });

  test("that is a file, or below one, says so and leaves nothing behind", async () => {
    const file = path.join(folder, "file");
    await writeFile(file, "x");
    for (const to of [file, path.join(file, "below")])
      expect(problemOf(await exportTo(to)).message).toMatch(/^Nothing was exported: /u);
    expect(await readdir(folder)).toEqual(["file"]);
  });
});
