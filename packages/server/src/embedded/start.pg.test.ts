import { appendFile, mkdir, readdir, readFile, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import postgres from "postgres";
import { afterAll, describe, expect, onTestFinished, test } from "vitest";
import { logByteLengthMax, trimLog } from "./logFile.ts";
import { makingPrefix, placesIn, socketPathByteLengthMax } from "./places.ts";
import { isPostmaster } from "./postmaster.ts";
import {
  connect,
  createFolder,
  isKept,
  keep,
  lendCluster,
  removeSharedFolder,
  sharedFolder,
  startRunning,
} from "./testing/fixture.ts";
import { spawnOwner } from "./testing/owner.ts";

afterAll(removeSharedFolder);

const modeOf = async (path: string): Promise<string> =>
  ((await stat(path)).mode & 0o777).toString(8);

describe("a start", () => {
  test("makes a database on the first and finds it again on the second", async () => {
    const folder = join(await createFolder(), "postgres");
    const first = await startRunning({ folder });
    expect(first.wasAdopted).toBe(false);
    expect(first.sentence).toMatch(/^Postgres 18\.\d+ runs in \S+\/postgres\b.*\.$/u);
    await connect(first)`create table kept (word text)`;
    const word = await keep(first);
    await first.stop();

    const second = await startRunning({ folder });
    expect(second.wasAdopted).toBe(false);
    expect(second.pid).not.toBe(first.pid);
    expect(await isKept(second, word)).toBe(true);
  });

  test("keeps everything to its own user, the password file above all", async () => {
    const folder = await sharedFolder();
    await startRunning({ folder });
    const { cluster, data, password, logFile, socketFolder, libraries } = placesIn(folder);
    const folders = [cluster, data, socketFolder, libraries];
    expect(await Promise.all(folders.map(modeOf))).toEqual(folders.map(() => "700"));
    expect(await Promise.all([password, logFile].map(modeOf))).toEqual(["600", "600"]);
    expect(await readFile(password, "utf8")).toMatch(/^[0-9a-f]{64}\n$/u);
  });

  test("lets nobody in without the password, and nobody at all over a network", async () => {
    const running = await startRunning({ folder: await sharedFolder() });
    const other = postgres({ ...running.connection, password: "guess", max: 1 });
    await expect(other`select 1`).rejects.toMatchObject({ code: "28P01" });
    await other.end();
    const [row] = await connect(running)`show listen_addresses`;
    expect(row).toEqual({ listen_addresses: "" });
  });

  test("sets what the program says, also where the data's own file says otherwise", async () => {
    const folder = await sharedFolder();
    const path = join(placesIn(folder).data, "postgresql.auto.conf");
    const written = await readFile(path);
    onTestFinished(() => writeFile(path, written));
    await appendFile(path, "fsync = off\nfull_page_writes = off\nlog_statement = 'all'\n");
    const sql = connect(await startRunning({ folder }));
    const wanted = {
      fsync: "on",
      full_page_writes: "on",
      synchronous_commit: "on",
      data_sync_retry: "off",
      data_checksums: "on",
      server_encoding: "UTF8",
      lc_collate: "C",
      log_statement: "none",
      log_parameter_max_length: "0",
      log_parameter_max_length_on_error: "0",
      log_min_error_statement: "panic",
      TimeZone: "UTC",
      max_connections: "60",
    };
    const names = Object.keys(wanted).filter((name) => name !== "lc_collate");
    const rows = await sql<{ name: string; setting: string }[]>`
      select name, current_setting(name) as setting from pg_settings where name in ${sql(names)}
      union select 'lc_collate', datcollate from pg_database where datname = current_database()`;
    expect(Object.fromEntries(rows.map(({ name, setting }) => [name, setting]))).toEqual(wanted);
  });

  test("takes a folder whose name has spaces, commas, quotes and letters of any script", async () => {
    const folder = join(await createFolder(), `a "b", c'd ÿ語`);
    await lendCluster(folder);
    const running = await startRunning({ folder });
    expect(await connect(running)`select 1 as one`).toEqual([{ one: 1 }]);
  });

  test("takes a folder that is a link to another one", async () => {
    const link = join(await createFolder(), "postgres");
    await symlink(await sharedFolder(), link);
    const running = await startRunning({ folder: link });
    expect(running.connection.path.startsWith(await sharedFolder())).toBe(true);
  });

  test("puts the socket elsewhere, and as private, where the folder's path is too long", async () => {
    const folder = join(await createFolder(), "long".repeat(25), "postgres");
    await lendCluster(folder);
    const running = await startRunning({ folder });
    const { path } = running.connection;
    expect(Buffer.byteLength(path)).toBeLessThanOrEqual(socketPathByteLengthMax);
    expect(path.startsWith(folder)).toBe(false);
    expect(await modeOf(join(path, ".."))).toBe("700");
    expect(await connect(running)`select 1 as one`).toEqual([{ one: 1 }]);
    await running.stop();
    await expect(stat(join(path, ".."))).rejects.toThrow("ENOENT");
  });
});

describe("a first start that is killed halfway", () => {
  test("leaves nothing that the next one mistakes for data", async () => {
    const folder = await createFolder();
    const isMaking = async () =>
      (await readdir(folder)).some((name) => name.startsWith(makingPrefix));
    const owner = spawnOwner({ folder });
    while (!(await isMaking())) await sleep(5);
    await sleep(150);
    await owner.kill();
    expect(await isMaking()).toBe(true);

    const lines: string[] = [];
    const running = await startRunning({ folder, log: (line) => lines.push(line) });
    expect(running.wasAdopted).toBe(false);
    expect(await isMaking()).toBe(false);
    expect(lines).toEqual([expect.stringMatching(/^Removed making-/u)]);
  });
});

describe("the log", () => {
  test("holds no statement and no value, even of a statement that fails", async () => {
    const running = await startRunning({ folder: await sharedFolder() });
    const sql = connect(running);
    const canary = await keep(running);
    await expect(sql`insert into kept values (${canary})`).rejects.toThrow("duplicate key");
    await expect(sql.unsafe(`select '${canary}' from nowhere`)).rejects.toThrow("nowhere");
    const log = await readFile(join(running.connection.path, "../../postgres.log"), "utf8");
    expect(log).toContain("duplicate key");
    expect(log).not.toContain(canary);
  });

  test("is emptied in place when it has grown too long, and what it said is kept once", async () => {
    const places = placesIn(await createFolder());
    await writeFile(places.logFile, "x".repeat(logByteLengthMax));
    await trimLog(places);
    expect((await stat(places.logFile)).size).toBe(logByteLengthMax);
    await appendFile(places.logFile, "y");
    await trimLog(places);
    expect((await stat(places.logFile)).size).toBe(0);
    expect((await stat(places.olderLogFile)).size).toBe(logByteLengthMax + 1);
  });
});

describe("a stop", () => {
  test("ends the server and every process of it, and may be asked for twice", async () => {
    const folder = await sharedFolder();
    const running = await startRunning({ folder });
    const backend = connect(running);
    const [row] = await backend<{ pid: number }[]>`select pg_backend_pid() as pid`;
    await Promise.all([running.stop(), running.stop()]);
    expect(() => process.kill(running.pid, 0)).toThrow("ESRCH");
    expect(() => process.kill(row?.pid ?? 0, 0)).toThrow("ESRCH");
    expect(await readdir(folder)).not.toContain("socket");
    expect(await readdir(placesIn(folder).data)).not.toContain("postmaster.pid");
  });

  test("is not a death", async () => {
    const running = await startRunning({ folder: await sharedFolder() });
    const death = running.died.then(() => "died");
    await running.stop();
    expect(await Promise.race([death, sleep(50, "stopped")])).toBe("stopped");
  });

  test("is left to the relay: Ctrl-C in its terminal does not reach the server", async () => {
    const running = await startRunning({ folder: await sharedFolder() });
    // A terminal signals a process group; the server leads one of its own.
    expect(process.kill(-running.pid, 0)).toBe(true);
  });
});

test("a process that is not the server is not taken for it", async () => {
  const data = join(await createFolder(), "data");
  await mkdir(data);
  expect(await isPostmaster({ pid: process.pid, data })).toBe(false);
});
