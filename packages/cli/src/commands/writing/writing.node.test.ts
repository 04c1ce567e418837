import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { Readable } from "node:stream";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { remoteIn } from "./gitFolder.ts";
import { fileText, givenText } from "./givenText.ts";
import { projectNamed } from "./projectNamed.ts";
import { readSkillFile } from "./skillFile.ts";
import { sourceNamed } from "./sourceNamed.ts";

let folder: string;
beforeEach(async () => {
  folder = await realpath(await mkdtemp(path.join(tmpdir(), "duro-writing-")));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const git = (...args: readonly string[]): string =>
  execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@b.c", ...args], {
    cwd: folder,
    encoding: "utf8",
    env: { ...process.env, GIT_CONFIG_NOSYSTEM: "1", HOME: folder },
    stdio: ["ignore", "pipe", "ignore"],
  }).trim();

const at = (cwd: string) => ({ cwd, env: { HOME: "/home/somebody" } });
const valueOf = <T>(result: { readonly ok: boolean; readonly value?: T }): T | undefined => {
  if (!result.ok) throw new Error(JSON.stringify(result));
  return result.value;
};

describe("--project", () => {
  test("of a path is the remote of its repository, without credentials, from any folder in it", async () => {
    git("init", "-q");
    git("remote", "add", "upstream", "https://example.org/other/shop.git");
    git("remote", "add", "origin", "https://me:token@example.org/acme/shop.git");
    const deep = path.join(folder, "src/deep");
    await mkdir(deep, { recursive: true });
    for (const [typed, cwd] of [
      [".", folder],
      [".", deep],
      ["./src", folder],
      [folder, "/"],
    ] as const)
      expect(valueOf(await projectNamed(typed, at(cwd)))).toBe("https://example.org/acme/shop.git");
  });

  test("of a work tree beside others is the remote of them all", async () => {
    git("init", "-q");
    git("remote", "add", "origin", "git@example.org:acme/shop.git");
    git("commit", "-q", "--allow-empty", "-m", "x");
    git("worktree", "add", "-q", path.join(folder, "beside"));
    const beside = at(path.join(folder, "beside"));
    expect(valueOf(await projectNamed(".", beside))).toBe("git@example.org:acme/shop.git");
  });

  test("without a remote is the root commit, with the folder's name and not its path", async () => {
    git("init", "-q");
    expect((await projectNamed(".", at(folder))).ok).toBe(false);
    git("commit", "-q", "--allow-empty", "-m", "x");
    git("remote", "add", "origin", "/srv/git/shop.git");
    const named = valueOf(await projectNamed(".", at(folder)));
    expect(named).toBe(`commit:${git("rev-parse", "HEAD")}:${path.basename(folder)}`);
  });

  test("is a name as it stands, and a sentence where a path is no repository", async () => {
    await mkdir(path.join(folder, "shop"));
    expect(valueOf(await projectNamed("shop", at(folder)))).toBe("shop");
    expect(valueOf(await projectNamed(undefined, at(folder)))).toBeUndefined();
    expect(valueOf(await projectNamed("git@example.org:a/b.git", at(folder)))).toContain("@");
    for (const typed of ["./shop", "./none"]) {
      const refused = await projectNamed(typed, at(folder));
      expect(refused.ok || refused.error).toMatchObject({ code: "NoProject", exit: 2 });
    }
  });

  test.each([
    ['[remote "a"]\n\turl = u1\n[remote "origin"]\n\turl = u2\n', "u2"],
    ['[remote "a"]\r\n  url=u1\r\n  fetch = x\r\n', "u1"],
    ['[core]\n\turl = no\n[branch "origin"]\n\turl = no\n', undefined],
    ['[remote "origin"]\n\tpushurl = no\n\turl = "u3"\n', "u3"],
    ["", undefined],
  ])("reads git's own file: %j", (config, remote) => {
    expect(remoteIn(config)).toBe(remote);
  });
});

describe("--source", () => {
  test("tells a path from the project's root or from home, and leaves words alone", async () => {
    git("init", "-q");
    await mkdir(path.join(folder, "src"));
    const here = { cwd: path.join(folder, "src"), env: { HOME: "/home/somebody" } };
    expect(await sourceNamed("./login.ts:42", here)).toBe("src/login.ts:42");
    expect(await sourceNamed(`${folder}/README.md`, here)).toBe("README.md");
    expect(await sourceNamed("/home/somebody/notes.md", here)).toBe("~/notes.md");
    expect(await sourceNamed("~/notes.md", here)).toBe("~/notes.md");
    expect(await sourceNamed("/etc/hosts", here)).toBe("/etc/hosts");
    expect(await sourceNamed("src/login.ts:42", here)).toBe("src/login.ts:42");
    expect(await sourceNamed("a talk with Ann / Bob", here)).toBe("a talk with Ann / Bob");
    expect(await sourceNamed("https://example.org/x", here)).toBe("https://example.org/x");
    expect(await sourceNamed(" ", here)).toBeUndefined();
  });
});

describe("a text", () => {
  const given = (...parts: readonly (string | Uint8Array)[]) => ({
    cwd: folder,
    stdin: Readable.from(parts),
  });

  test("is what the line says, or all of stdin for a dash", async () => {
    expect(valueOf(await givenText(given("not read"), "x"))).toBe("x");
    const elephant = Buffer.from("🐘");
    const cut = given(elephant.subarray(0, 2), elephant.subarray(2));
    expect(valueOf(await givenText(cut, "-"))).toBe("🐘");
  });

  test("of too many bytes, or of bytes that are no text, is refused", async () => {
    const long = await givenText(given("x".repeat(2_000_000), "x".repeat(200_000)), "-");
    expect(long.ok || long.error.code).toBe("TextTooLong");
    const odd = await givenText(given(Uint8Array.of(0xff, 0xfe)), "-");
    expect(odd.ok || odd.error.code).toBe("NotText");
  });

  test("of a file is its content, and a sentence where there is none", async () => {
    await writeFile(path.join(folder, "S.md"), "1. do");
    expect(valueOf(await fileText(given(), "S.md"))).toBe("1. do");
    const none = await fileText(given(), "none.md");
    expect(none.ok || none.error.message).toBe(
      "none.md cannot be read: there is no such file or folder.",
    );
    const dir = await fileText(given(), ".");
    expect(dir.ok || dir.error.code).toBe("FileUnreadable");
  });
});

describe("a skill's file", () => {
  test.each([
    ["1. do\n", undefined, "1. do\n"],
    ['---\nname: x\ndescription: "how: to"\n---\n\n1. do\n', "how: to", "1. do\n"],
    ["---\ndescription: 'it''s so'\n---\nx", "it's so", "x"],
    ["\uFEFF---\r\ndescription: plain\r\n---\r\n\r\nx", "plain", "x"],
    ["---\ndescription: >-\n  one\n  two\ntier: x\n---\nx", "one two", "x"],
    ["---\nname: x\n---\nx", undefined, "x"],
    ["--- no head", undefined, "--- no head"],
  ])("has a description in its head: %j", (text, description, body) => {
    expect(readSkillFile(text)).toEqual({ description, body });
  });
});
