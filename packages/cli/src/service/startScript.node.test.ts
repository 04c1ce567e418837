import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { posixStartScript } from "./startScript.ts";
import { shellVariables } from "./variables.ts";

/** The real shell with what a service manager gives it: hardly anything. */
let root = "";
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "duro start's "));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const program = (path: string, says: string): string => {
  const file = join(root, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `#!/bin/sh\necho "${says} $* $HTTPS_PROXY"\nexit 7\n`);
  chmodSync(file, 0o755);
  return file;
};

const install = (known: string, env: readonly (readonly [string, string])[] = []): void => {
  mkdirSync(join(root, "service"));
  writeFileSync(join(root, "service", "start"), posixStartScript);
  writeFileSync(join(root, "service", "environment"), shellVariables(known, env));
};

const failureFile = (): string => join(root, "service", "last-failure");

const start = (): { out: string; err: string; code: number | null } => {
  const ran = spawnSync("/bin/sh", [join(root, "service", "start")], {
    env: { HOME: join(root, "home"), PATH: "/usr/bin:/bin" },
    encoding: "utf8",
    cwd: "/",
  });
  return { out: ran.stdout.trim(), err: ran.stderr, code: ran.status };
};

describe("the script that a service starts", () => {
  test("runs the program where it was, with its end as its own", () => {
    install(program("a b/it's/duro", "here"));
    expect(start()).toMatchObject({ out: "here daemon", code: 7 });
  });

  test("finds it on the search path of the shell once it has moved", () => {
    program("new/duro", "moved");
    install(join(root, "old/duro"), [["PATH", join(root, "new")]]);
    expect(start()).toMatchObject({ out: "moved daemon", code: 7 });
  });

  test("finds the newest of a version manager's once the folder of an old Node is gone", () => {
    const older = program("home/.nvm/versions/node/v24.1.0/bin/duro", "older");
    program("home/.nvm/versions/node/v24.21.0/bin/duro", "newer");
    utimesSync(older, 1, 1);
    install(join(root, "home/.nvm/versions/node/v22.0.0/bin/duro"));
    expect(start().out).toBe("newer daemon");
  });

  test("finds it where npm was told to put programs", () => {
    program("home/.npm-global/bin/duro", "global");
    install(join(root, "gone/duro"));
    expect(start().out).toBe("global daemon");
  });

  test("hands on what the shell knew of proxies, whatever letters are in it", () => {
    install(program("bin/duro", "x"), [["HTTPS_PROXY", "http://a:$(id)'\"`@proxy:1"]]);
    expect(start().out).toBe("x daemon http://a:$(id)'\"`@proxy:1");
  });

  test("says in a file and to its manager that there is nothing to start, and takes it back later", () => {
    const known = join(root, "late/duro");
    install(known);
    const failed = start();
    expect(failed.code).toBe(1);
    expect(failed.err).toContain("duro service install");
    expect(readFileSync(failureFile(), "utf8")).toBe(failed.err);
    program("late/duro", "back");
    expect(start().out).toBe("back daemon");
    expect(existsSync(failureFile())).toBe(false);
  });
});
