import { spawn } from "node:child_process";
import { readFile, readdir, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { once } from "node:events";
import { afterAll, describe, expect, onTestFinished, test } from "vitest";
import { relayLockKey } from "./embeddedPostgres.ts";
import { lingerMsMax } from "./folderLock.ts";
import { placesIn } from "./places.ts";
import { isPostmaster, pidFileIn, readPidFile } from "./postmaster.ts";
import {
  connect,
  createFolder,
  isKept,
  keep,
  removeSharedFolder,
  sharedFolder,
  startRefused,
  startRunning,
} from "./testing/fixture.ts";
import { spawnOwner } from "./testing/owner.ts";

afterAll(removeSharedFolder);

/** A folder whose relay was killed with -9 while its Postgres goes on. */
const createOrphan = async () => {
  const folder = await sharedFolder();
  const owner = spawnOwner({ folder });
  const report = await owner.report;
  expect(report.error).toBeUndefined();
  const word = await keep(report);
  await owner.kill();
  return { folder, report, word };
};

const isRunning = async (pid: number): Promise<boolean> =>
  isPostmaster({ pid, data: placesIn(await sharedFolder()).data });

const killServer = async (pid: number): Promise<void> => {
  process.kill(pid, "SIGKILL");
  while (await isRunning(pid)) await sleep(5);
};

describe("a Postgres whose relay was killed", () => {
  test("goes on, and is adopted by the next relay", async () => {
    const { folder, report, word } = await createOrphan();
    const adopted = await startRunning({ folder });
    expect(adopted.wasAdopted).toBe(true);
    expect(adopted.pid).toBe(report.pid);
    expect(adopted.sentence).toContain("was adopted");
    expect(await isKept(adopted, word)).toBe(true);
  });

  test("is stopped by the relay that adopted it", async () => {
    const { folder, report } = await createOrphan();
    await (await startRunning({ folder })).stop();
    expect(await isRunning(report.pid)).toBe(false);
  });

  test("tells the relay that adopted it when it dies", async () => {
    const { folder, report } = await createOrphan();
    const adopted = await startRunning({ folder });
    await killServer(report.pid);
    expect(await adopted.died.then(() => "died")).toBe("died");
  });

  test("is restarted instead where an older relay had set it otherwise", async () => {
    const { folder, report, word } = await createOrphan();
    const options = join(placesIn(folder).data, "postmaster.opts");
    await writeFile(options, (await readFile(options, "utf8")).replace("=60", "=50"));
    const lines: string[] = [];
    const running = await startRunning({ folder, log: (line) => lines.push(line) });
    expect(running.wasAdopted).toBe(false);
    expect(running.pid).not.toBe(report.pid);
    expect(lines).toEqual([expect.stringContaining("it is restarted")]);
    expect(await isKept(running, word)).toBe(true);
  });

  test("is waited for while it does not answer yet", async () => {
    const { folder, report } = await createOrphan();
    process.kill(report.pid, "SIGSTOP");
    const lines: string[] = [];
    const starting = startRunning({ folder, log: (line) => lines.push(line) });
    expect(await Promise.race([starting, sleep(500, "waits")])).toBe("waits");
    process.kill(report.pid, "SIGCONT");
    expect((await starting).wasAdopted).toBe(true);
  });

  test("is not adopted while another session holds the relay's lock in it", async () => {
    const { folder, report } = await createOrphan();
    const other = connect(report);
    await other.unsafe(`select pg_advisory_lock(${relayLockKey})`);
    expect(await startRefused({ folder })).toEqual({ type: "DataFolderBusy", folder });
    await other.end();
    expect((await startRunning({ folder })).pid).toBe(report.pid);
  });
});

describe("a Postgres that was killed", () => {
  test("is noticed, and comes back with everything it had promised", async () => {
    const folder = await sharedFolder();
    const first = await startRunning({ folder });
    const word = await keep(first);
    await killServer(first.pid);
    await first.died;
    await first.stop();
    const second = await startRunning({ folder });
    expect(second.wasAdopted).toBe(false);
    expect(await isKept(second, word)).toBe(true);
  });

  test("keeps its folder until its relay lets go, so that no pool meets another relay's server", async () => {
    const folder = await sharedFolder();
    const first = await startRunning({ folder });
    await killServer(first.pid);
    await first.died;
    expect(await startRefused({ folder })).toMatchObject({ type: "DataFolderBusy" });
  });

  test("comes back also when its relay was killed with it", async () => {
    const { folder, report, word } = await createOrphan();
    await killServer(report.pid);
    const running = await startRunning({ folder });
    expect(running.wasAdopted).toBe(false);
    expect(await isKept(running, word)).toBe(true);
  });

  test("comes back also while its socket outlives its name for a moment", async () => {
    const { folder, report, word } = await createOrphan();
    await killServer(report.pid);
    await rm(report.connection.path);
    const lingering = createServer();
    lingering.listen(report.connection.path);
    await once(lingering, "listening");
    setTimeout(() => lingering.close(), lingerMsMax / 4);
    const running = await startRunning({ folder });
    expect(running.wasAdopted).toBe(false);
    expect(await isKept(running, word)).toBe(true);
  });

  test("comes back also where its process id is another program's by now", async () => {
    const { folder, report, word } = await createOrphan();
    await killServer(report.pid);
    const other = spawn("sleep", ["60"], { stdio: "ignore" });
    onTestFinished(() => {
      other.kill("SIGKILL");
    });
    const { data, socketFolder } = placesIn(folder);
    const reuse = async (path: string) => {
      await writeFile(path, (await readFile(path, "utf8")).replace(/^\d+/u, String(other.pid)));
    };
    await reuse(pidFileIn(data));
    await reuse(join(socketFolder, ".s.PGSQL.5432.lock"));
    const running = await startRunning({ folder });
    expect(running.wasAdopted).toBe(false);
    expect(other.exitCode ?? other.signalCode).toBeNull();
    expect(await isKept(running, word)).toBe(true);
  });
});

describe("a session that the server ends", () => {
  test("costs the relay its lock only until it has taken it again", async () => {
    const lines: string[] = [];
    const folder = await sharedFolder();
    const running = await startRunning({ folder, log: (line) => lines.push(line) });
    const sql = connect(running);
    const holders = () => sql<{ pid: number }[]>`
      select pid from pg_locks where locktype = 'advisory' and objid = ${relayLockKey}`;
    const [before] = await holders();
    // A backend that crashes takes every session with it, and the server starts over inside.
    process.kill(before?.pid ?? 0, "SIGKILL");
    while (lines.length === 0) await sleep(10);
    expect(lines).toEqual([expect.stringContaining("holds its lock again")]);
    const [after] = await holders();
    expect(after?.pid).toBeGreaterThan(0);
    expect(after?.pid).not.toBe(before?.pid);
    expect(await isRunning(running.pid)).toBe(true);
  });
});

describe("two relays on one folder", () => {
  test("never both use it, though they start for the first time at the same moment", async () => {
    const folder = await createFolder();
    const owners = [1, 2, 3].map(() => spawnOwner({ folder }));
    const reports = await Promise.all(owners.map(({ report }) => report));
    const winners = reports.filter(({ error }) => error === undefined);
    const losers = reports.filter(({ error }) => error?.type === "DataFolderBusy");
    expect([winners.length, losers.length]).toEqual([1, 2]);
    expect((await readPidFile(placesIn(folder).data))?.pid).toBe(winners[0]?.pid);
    expect(await readdir(folder)).not.toContainEqual(expect.stringMatching(/^making-/u));
  });

  test("follow one another: the second has the folder as soon as the first lets go", async () => {
    const folder = await sharedFolder();
    const first = await startRunning({ folder });
    const second = startRunning({ folder });
    await sleep(100);
    await first.stop();
    expect((await second).wasAdopted).toBe(false);
  });

  test("are told apart also where one cannot see the other's processes", async () => {
    const { folder, report } = await createOrphan();
    await killServer(report.pid);
    const server = createServer();
    const { data } = placesIn(folder);
    await rm(report.connection.path);
    server.listen(report.connection.path);
    await once(server, "listening");
    onTestFinished(() => {
      server.close();
    });
    expect(await startRefused({ folder })).toEqual({ type: "DataFolderBusy", folder });
    expect((await readPidFile(data))?.pid).toBe(report.pid);
  });
});
