import { assert } from "@duro/crypto/types";
import { spawnSync } from "node:child_process";
import { appendFile, chmod, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, describe, expect, onTestFinished, test } from "vitest";
import { locateBinaries } from "./binaries.ts";
import { errorToSentence } from "./embeddedPostgres.ts";
import { placesIn } from "./places.ts";
import { readPidFile } from "./postmaster.ts";
import {
  createFolder,
  removeSharedFolder,
  sharedFolder,
  startRefused,
  startRunning,
} from "./testing/fixture.ts";
import { hasMounts, isRoot, withOwnMounts } from "./testing/machine.ts";
import { ownerScript, type Report } from "./testing/owner.ts";
import { waysFor } from "./ways.ts";

afterAll(removeSharedFolder);

const filesIn = async (folder: string): Promise<readonly string[]> =>
  (await readdir(folder, { recursive: true })).toSorted();

const restoreAfterwards = async (path: string): Promise<Buffer> => {
  const bytes = await readFile(path);
  onTestFinished(() => writeFile(path, bytes, { mode: 0o600 }));
  return bytes;
};

describe("data of another major version", () => {
  test.each([
    ["17", "PostgresTooNew", "nothing was changed"],
    ["19", "PostgresTooOld", "use the newer relay"],
  ])("%s is refused as %s before anything is touched", async (major, type, advice) => {
    const folder = await createFolder();
    const { data, cluster } = placesIn(folder);
    await mkdir(data, { recursive: true, mode: 0o700 });
    await writeFile(join(data, "PG_VERSION"), `${major}\n`);
    const before = await filesIn(folder);
    const error = await startRefused({ folder });
    expect(error).toEqual({ type, folder: data, dataMajor: Number(major), programMajor: 18 });
    expect(errorToSentence(error)).toContain(advice);
    expect(await filesIn(folder)).toEqual([...before, "relay.lock"].toSorted());
    expect(await filesIn(cluster)).toEqual(["data", "data/PG_VERSION"]);
  });

  test("a folder of data without a version is not begun anew over what is there", async () => {
    const folder = await createFolder();
    const { data } = placesIn(folder);
    await mkdir(data, { recursive: true });
    await writeFile(join(data, "precious"), "");
    expect(await startRefused({ folder })).toMatchObject({ type: "ClusterUnreadable", path: data });
    expect(await readdir(data)).toEqual(["precious"]);
  });
});

describe("a folder that cannot be used is named with the reason", () => {
  test("where a file is in its place", async () => {
    const folder = join(await createFolder(), "postgres");
    await writeFile(folder, "mine");
    const error = await startRefused({ folder });
    expect(error).toEqual({ type: "FolderUnusable", path: folder, reason: "EEXIST" });
    expect(errorToSentence(error)).toBe(
      `${folder} cannot be used (something that is not a folder stands there, EEXIST): put that right, or choose another data folder.`,
    );
    expect(await readFile(folder, "utf8")).toBe("mine");
  });

  test("where a file is in the place of a folder above", async () => {
    const above = join(await createFolder(), "data");
    await writeFile(above, "mine");
    expect(await startRefused({ folder: join(above, "postgres") })).toMatchObject({
      type: "FolderUnusable",
      reason: "ENOTDIR",
    });
  });
});

/** A disk of its own, in a mount namespace that ends with the script. Reports come one a line. */
const runOnOwnDisk = (mount: string, sizeMb: number, script: string): readonly Report[] => {
  const { stdout, stderr } = spawnSync(
    withOwnMounts.command,
    [
      ...withOwnMounts.args,
      "sh",
      "-ec",
      `mount -t tmpfs -o size=${sizeMb}m,mode=700 none "$1"
       relay() { "$2" "$3" "$1/postgres" stop || true; }
       ${script}`,
      "sh",
      mount,
      process.execPath,
      ownerScript,
    ],
    { encoding: "utf8" },
  );
  const lines = stdout.split("\n").filter((line) => line !== "");
  assert(lines.length > 0, `the script reports: ${stderr}`);
  return lines.map((line) => JSON.parse(line) as Report);
};

interface Case {
  readonly title: string;
  readonly run: () => Promise<void>;
}

const relay = 'relay "$1" "$2" "$3"';

/** Only root may mount, and in some containers not even root. */
const mountCases: readonly Case[] = [
  {
    title: "a disk that is full on the first start is named, and a start with room works",
    run: async () => {
      const folder = await createFolder();
      const script = `${relay}; mount -o remount,size=300m "$1"; ${relay}`;
      const [full, later] = runOnOwnDisk(folder, 20, script);
      expect(full?.error?.type).toBe("DiskFull");
      expect(full?.sentence).toContain("free some space and start again");
      expect(later).toMatchObject({ wasAdopted: false });
    },
  },
  {
    title: "a disk that is full on a later start is named, and a start with room works",
    run: async () => {
      const folder = await createFolder();
      const script = `${relay}; dd if=/dev/zero of="$1/filler" bs=4k 2>/dev/null || true
        ${relay}; rm "$1/filler"; ${relay}`;
      const [first, full, later] = runOnOwnDisk(folder, 80, script);
      expect(first).toMatchObject({ wasAdopted: false });
      expect(full?.error?.type).toBe("DiskFull");
      expect(later).toMatchObject({ wasAdopted: false });
    },
  },
  {
    title: "a disk with room for a server and none for its sessions is named at once, too",
    run: async () => {
      const folder = await createFolder();
      // Postgres makes this file again for its first session, and it is the larger part of what it needs.
      const script = `${relay}; find "$1" -name pg_internal.init -delete
        dd if=/dev/zero of="$1/filler" bs=4k 2>/dev/null || true
        truncate -s -64K "$1/filler"; ${relay}; rm "$1/filler"; ${relay}`;
      const [first, full, later] = runOnOwnDisk(folder, 80, script);
      expect(first).toMatchObject({ wasAdopted: false });
      expect(full?.error).toEqual({ type: "DiskFull", path: `${folder}/postgres` });
      expect(later).toMatchObject({ wasAdopted: false });
    },
  },
  {
    title: "a disk that may only be read is named, and nothing on it is damaged",
    run: async () => {
      const folder = await createFolder();
      const script = `${relay}; mount -o remount,ro "$1"; ${relay}; mount -o remount,rw "$1"; ${relay}`;
      const [first, readOnly, later] = runOnOwnDisk(folder, 200, script);
      expect(first).toMatchObject({ wasAdopted: false });
      expect(readOnly?.error).toMatchObject({ type: "FolderUnusable" });
      expect(readOnly?.sentence).toContain(`${folder}/postgres`);
      expect(later).toMatchObject({ wasAdopted: false });
    },
  },
];

/** Root may write wherever it likes. */
const ordinaryCases: readonly Case[] = [
  {
    title: "a folder that may only be read is named",
    run: async () => {
      const above = await createFolder();
      await chmod(above, 0o500);
      const folder = join(above, "postgres");
      expect(await startRefused({ folder })).toEqual({
        type: "FolderUnusable",
        path: folder,
        reason: "EACCES",
      });
    },
  },
];

const diskCases = [...(hasMounts ? mountCases : []), ...(isRoot ? [] : ordinaryCases)];

describe("the disk", () => {
  test.each(diskCases.map(({ title, run }) => [title, run] as const))("%s", async (_title, run) => {
    expect.hasAssertions();
    await run();
  });

  test("is not blamed for what is a bug: a path that is not absolute", async () => {
    await expect(startRefused({ folder: "postgres" })).rejects.toThrow("absolute path");
  });
});

describe("a Postgres that does not start", () => {
  test("is quoted", async () => {
    const folder = await sharedFolder();
    const path = join(placesIn(folder).data, "postgresql.auto.conf");
    await restoreAfterwards(path);
    await appendFile(path, "no_such_setting = 1\n");
    const error = await startRefused({ folder });
    expect(error).toMatchObject({ type: "StartFailed", logFile: placesIn(folder).logFile });
    expect(errorToSentence(error)).toContain('"no_such_setting"');
  });

  test("or that refuses our password is not left running", async () => {
    const folder = await sharedFolder();
    const { password, data } = placesIn(folder);
    const right = await restoreAfterwards(password);
    await writeFile(password, "0".repeat(64));
    const error = await startRefused({ folder });
    expect(error).toMatchObject({ type: "LoginRefused", passwordFile: password });
    expect(await readPidFile(data)).toBeUndefined();
    await writeFile(password, right);
    await startRunning({ folder });
  });

  test("since its password file is gone leaves the data alone", async () => {
    const folder = await sharedFolder();
    const { password } = placesIn(folder);
    await restoreAfterwards(password);
    await rm(password);
    expect(await startRefused({ folder })).toEqual({
      type: "FolderUnusable",
      path: password,
      reason: "ENOENT",
    });
  });

  test("since the program does not run is named, not as root's fault for an ordinary user", async () => {
    const own = { uid: process.geteuid?.() ?? 0, gid: process.getegid?.() ?? 0 };
    const [way] = waysFor(own);
    assert(way !== undefined, "everybody has a way");
    const broken = { ...way, wrap: () => ({ command: "/nowhere/postgres", args: [] }) };
    const folder = join(await createFolder(), "postgres");
    const error = await startRefused({ folder, ways: [broken] });
    expect(error.type).toBe(isRoot ? "RootRefused" : "PostgresUnusable");
    expect(errorToSentence(error)).toContain("ENOENT");
  });
});

test.each([
  ["linux", "riscv64"],
  ["win32", "x64"],
])("a machine without a package, %s on %s, is named", (platform, arch) => {
  const located = locateBinaries({ platform, arch });
  expect(located).toEqual({ ok: false, error: { type: "PostgresMissing", platform, arch } });
  assert(!located.ok, "there is no such package");
  expect(errorToSentence(located.error)).toContain(`${platform} on ${arch}`);
});
