import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createNodeMachine } from "../service/nodeMachine.ts";
import {
  byteLengthIn,
  fileFacts,
  folderFacts,
  freeByteLength,
  olderFolders,
  storeFacts,
} from "./lookAtFiles.ts";
import { lookAtSettings } from "./lookAtSettings.ts";
import { lookAtSocket } from "./lookAtSocket.ts";

let root = "";
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "duro-look-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));
const machine = createNodeMachine(process.env);

describe("a socket", () => {
  test("is none, answers, or is what somebody left", async () => {
    const path = join(root, "s");
    expect(await lookAtSocket(path)).toBe("none");
    const server = createServer().listen(path);
    await new Promise((resolve) => server.once("listening", resolve));
    expect(await lookAtSocket(path)).toBe("answers");
    await new Promise((resolve) => void server.close(resolve));
    expect(await lookAtSocket(path)).toBe("none");
    // Closing in good order removes it; whoever is killed leaves it.
    const dying = `require("node:net").createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, "SIGKILL"))`;
    spawnSync(process.execPath, ["-e", dying]);
    expect(await lookAtSocket(path)).toBe("stale");
  });
});

describe("settings", () => {
  test("are fine where there are none, and named for what is wrong with them", async () => {
    const path = join(root, "settings.json");
    expect(await lookAtSettings(path)).toBeUndefined();
    writeFileSync(path, "{}");
    expect(await lookAtSettings(path)).toBeUndefined();
    writeFileSync(path, "[]");
    expect(await lookAtSettings(path)).toContain("something else");
    writeFileSync(path, "{");
    expect(await lookAtSettings(path)).toContain("not JSON");
    expect(await lookAtSettings(root)).toContain("it is a folder");
  });
});

describe("folders and files", () => {
  test("a folder has its mode, and is ours", () => {
    chmodSync(root, 0o750);
    expect(folderFacts(machine, root)).toMatchObject({ isThere: true, isOurs: true, mode: 0o750 });
    expect(folderFacts(machine, join(root, "no"))).toMatchObject({ isThere: false });
  });

  test("a folder inside of one that another program copies is known for it", () => {
    expect(folderFacts(machine, "/home/ann/Dropbox/duro").copiedBy).toBe("Dropbox");
    expect(folderFacts(machine, "/home/ann/Dropboxes/duro").copiedBy).toBeUndefined();
    mkdirSync(join(root, "a", ".stfolder"), { recursive: true });
    expect(folderFacts(machine, join(root, "a", "b", "c")).copiedBy).toBe("Syncthing");
  });

  test("the room is that of the disk, where the folder is not there yet too", () => {
    expect(freeByteLength(join(root, "not", "yet"))).toBeGreaterThan(0);
  });

  test("a file that is a link is no file", () => {
    writeFileSync(join(root, "seed"), "", { mode: 0o600 });
    symlinkSync(join(root, "seed"), join(root, "link"));
    expect(fileFacts(machine, join(root, "seed"))).toMatchObject({ isFile: true, mode: 0o600 });
    expect(fileFacts(machine, join(root, "link"))).toMatchObject({ isFile: false });
    expect(fileFacts(machine, join(root, "none"))).toBeUndefined();
  });

  test("a log is as long as its files", () => {
    writeFileSync(join(root, "daemon.log"), "12345");
    writeFileSync(join(root, "daemon.log.1"), "123");
    expect(byteLengthIn(root)).toBe(8);
    expect(byteLengthIn(join(root, "none"))).toBe(0);
  });

  test("folders of the first version are known by what is in them", () => {
    mkdirSync(join(root, ".agent", "facts"), { recursive: true });
    mkdirSync(join(root, ".duro"));
    expect(olderFolders(root)).toEqual([join(root, ".agent")]);
  });
});

describe("a store", () => {
  test("is read from its header alone", () => {
    const path = join(root, "store.sqlite");
    expect(storeFacts(path)).toEqual({ kind: "missing" });
    const database = new DatabaseSync(path);
    database.exec("create table t (x); pragma user_version = 7");
    database.close();
    expect(storeFacts(path)).toEqual({ kind: "store", path, version: 7 });
    writeFileSync(path, "something else");
    expect(storeFacts(path)).toEqual({ kind: "other", path });
  });
});
