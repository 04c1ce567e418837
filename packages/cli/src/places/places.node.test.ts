import { hash } from "node:crypto";
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { findPlaces, type Machine } from "./findPlaces.ts";
import { makeFolders } from "./makeFolders.ts";
import { socketFolderProblem } from "./socketFolder.ts";

const linux: Machine = {
  platform: "linux",
  env: {},
  homeFolder: "/home/ada",
  userId: 1000,
  workingFolder: "/work",
  realPath: (path) => path,
  isFolder: () => false,
  hash: (text) => hash("sha256", text),
};

const long = `/srv/${"x".repeat(120)}`;

test("without a word they are where XDG has them", () => {
  expect(findPlaces(linux, undefined)).toEqual({
    home: undefined,
    configFolder: "/home/ada/.config/duro",
    dataFolder: "/home/ada/.local/share/duro",
    stateFolder: "/home/ada/.local/state/duro",
    socket: "/home/ada/.local/state/duro/run/daemon.sock",
    settingsFile: "/home/ada/.config/duro/settings.json",
    seedFile: "/home/ada/.local/share/duro/device.seed",
    storeFile: "/home/ada/.local/share/duro/store.sqlite",
    indexFile: "/home/ada/.local/share/duro/index.sqlite",
    logFolder: "/home/ada/.local/state/duro/log",
    lockFile: "/home/ada/.local/share/duro/daemon.lock",
    startLockFile: "/home/ada/.local/state/duro/start.lock",
  });
});

test("XDG's variables count where they are absolute", () => {
  const env = { XDG_CONFIG_HOME: "/etc/ada", XDG_DATA_HOME: "relative", XDG_STATE_HOME: "" };
  expect(findPlaces({ ...linux, env }, undefined)).toMatchObject({
    configFolder: "/etc/ada/duro",
    dataFolder: "/home/ada/.local/share/duro",
    stateFolder: "/home/ada/.local/state/duro",
  });
});

test("a home has everything below it, and is absolute", () => {
  const places = findPlaces(linux, "my/duro");
  expect(places?.home).toBe("/work/my/duro");
  for (const path of Object.values(places ?? {})) expect(path).toMatch(/^\/work\/my\/duro/u);
});

test("each system has its own places", () => {
  const mac = findPlaces({ ...linux, platform: "darwin", homeFolder: "/Users/ada" }, undefined);
  expect(mac?.storeFile).toBe("/Users/ada/Library/Application Support/Duro/data/store.sqlite");
  const env = { LOCALAPPDATA: String.raw`C:\Users\ada\AppData\Local` };
  const windows = findPlaces({ ...linux, platform: "win32", env }, undefined);
  expect(windows?.storeFile).toBe(String.raw`C:\Users\ada\AppData\Local\Duro\data\store.sqlite`);
  expect(windows?.socket).toMatch(/^\\\\\.\\pipe\\duro-[0-9a-f]{16}$/u);
});

test("a user without a home folder has places only where they are named", () => {
  const nobody = { ...linux, homeFolder: undefined };
  expect(findPlaces(nobody, undefined)).toBeUndefined();
  expect(findPlaces(nobody, "/srv/duro")?.home).toBe("/srv/duro");
});

describe("a path that is too long for a socket", () => {
  test("moves the socket to a runtime folder, by a hash of the home", () => {
    const places = findPlaces(linux, long);
    expect(places?.socket).toMatch(/^\/tmp\/duro-1000\/[0-9a-f]{16}\/daemon\.sock$/u);
    expect(places?.storeFile).toBe(`${long}/data/store.sqlite`);
    expect(findPlaces(linux, `${long}y`)?.socket).not.toBe(places?.socket);
  });

  test("is counted in bytes", () => {
    const home = `/srv/${"日".repeat(30)}`;
    expect(findPlaces(linux, home)?.socket).toMatch(/^\/tmp/u);
  });

  test("takes the session's runtime folder, and finds it without the variable too", () => {
    const isFolder = (path: string): boolean => path === "/run/user/1000";
    const named = { ...linux, isFolder, env: { XDG_RUNTIME_DIR: "/run/user/1000" } };
    const socket = findPlaces(named, long)?.socket;
    expect(socket).toMatch(/^\/run\/user\/1000\/duro\//u);
    expect(findPlaces({ ...linux, isFolder }, long)?.socket).toBe(socket);
  });

  test("takes no runtime folder that is too long itself", () => {
    const machine = { ...linux, isFolder: () => true, env: { XDG_RUNTIME_DIR: long }, userId: 7 };
    expect(findPlaces(machine, long)?.socket).toMatch(/^\/run\/user\/7\/duro\//u);
  });

  test("is one place by all its names", () => {
    const realPath = (path: string): string => path.replace("/link", long);
    const machine = { ...linux, realPath };
    expect(findPlaces(machine, `/link/${"y".repeat(90)}`)?.socket).toBe(
      findPlaces(machine, `${long}/${"y".repeat(90)}`)?.socket,
    );
  });
});

describe("folders", () => {
  let root: string;
  const owner = { platform: process.platform, userId: process.getuid?.() };
  const modeOf = (path: string): number => lstatSync(path).mode & 0o777;

  beforeEach(() => {
    root = realpathSync(mkdtempSync(join(tmpdir(), "duro-places-")));
  });

  afterEach(() => {
    rmSync(root, { recursive: true, force: true });
  });

  const placesOf = (home: string, env: Record<string, string> = {}) => {
    const machine: Machine = { ...linux, ...owner, env, isFolder: (path) => path === root };
    const places = findPlaces(machine, home);
    if (places === undefined) throw new Error("a home was named");
    return places;
  };

  test("are made for their owner alone, and made so again", async () => {
    const places = placesOf(join(root, "a", "home"));
    expect(await makeFolders(places, owner)).toEqual({ ok: true, value: undefined });
    const made = [
      join(root, "a", "home"),
      places.configFolder,
      places.dataFolder,
      places.stateFolder,
      places.logFolder,
      dirname(places.socket),
    ];
    for (const folder of made) expect(modeOf(folder)).toBe(0o700);
    chmodSync(places.dataFolder, 0o755);
    await makeFolders(places, owner);
    expect(modeOf(places.dataFolder)).toBe(0o700);
  });

  test("leave a home's own permissions as they are", async () => {
    chmodSync(root, 0o750);
    await makeFolders(placesOf(root), owner);
    expect(modeOf(root)).toBe(0o750);
  });

  test("that cannot be made are a problem with a sentence", async () => {
    writeFileSync(join(root, "file"), "");
    for (const home of ["/proc/duro", join(root, "file", "duro"), join(root, "file")]) {
      const answer = await makeFolders(placesOf(home), owner);
      expect(answer).toMatchObject({ ok: false, error: { code: "FolderUnusable", exit: 1 } });
    }
  });

  test("are refused where somebody else made the one for the socket at home", () => {
    const places = placesOf(root);
    expect(socketFolderProblem(places, owner)).toBeUndefined();
    mkdirSync(dirname(places.socket), { mode: 0o777 });
    expect(socketFolderProblem(places, owner)).toBeUndefined();
    const other = { ...owner, userId: (owner.userId ?? 0) + 1 };
    expect(socketFolderProblem(places, other)).toMatchObject({ code: "SocketFolderUnsafe" });
  });

  describe("of a socket that moved away", () => {
    const away = () => placesOf(join(root, "x".repeat(100)), { XDG_RUNTIME_DIR: root });

    test("hold a socket that works", async () => {
      const { socket } = away();
      expect(Buffer.byteLength(socket)).toBeLessThanOrEqual(100);
      expect(await makeFolders(away(), owner)).toMatchObject({ ok: true });
      const server = createServer();
      await new Promise<void>((resolve) => {
        server.listen(socket, resolve);
      });
      server.close();
    });

    test.each([
      ["is open to others", (folder: string) => mkdirSync(folder, { mode: 0o755 })],
      [
        "is a link",
        (folder: string) => {
          mkdirSync(join(root, "elsewhere"), { mode: 0o700 });
          symlinkSync(join(root, "elsewhere"), folder);
        },
      ],
    ])("are refused where what stands there %s", async (_what, make) => {
      make(join(root, "duro"));
      const answer = await makeFolders(away(), owner);
      expect(answer).toMatchObject({ ok: false, error: { code: "SocketFolderUnsafe", exit: 6 } });
    });

    test("are refused where they belong to somebody else, also to whoever only asks there", async () => {
      mkdirSync(join(root, "duro"), { mode: 0o700 });
      const other = { ...owner, userId: (owner.userId ?? 0) + 1 };
      const refused = { code: "SocketFolderUnsafe" };
      expect(await makeFolders(away(), other)).toMatchObject({ ok: false, error: refused });
      expect(socketFolderProblem(away(), other)).toMatchObject(refused);
      expect(socketFolderProblem(away(), owner)).toBeUndefined();
    });
  });
});
