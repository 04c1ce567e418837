import { readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { openEmptyTestDatabase, openTestDatabase } from "../../testing/testDatabase.ts";
import { type FilledRelay, openFilledRelay } from "../testing/filledRelay.ts";
import { takeApart } from "../testing/backupFiles.ts";
import { backUpTo, newFolder, testStore, upkeepDeps } from "../testing/upkeepRuns.ts";
import { runBackup } from "./runBackup.ts";

let filled: FilledRelay;
beforeAll(async () => {
  filled = await openFilledRelay();
});
afterAll(() => filled.close());

const backUp = (toFile: string, changes = {}) =>
  runBackup({ toFile, store: testStore }, { ...upkeepDeps(filled.sql, undefined), ...changes });

describe("a backup", () => {
  test("is one file for its owner alone, and says what is in it and what is not", async () => {
    const folder = await newFolder();
    const file = join(folder, "relay.backup");
    const ended = await backUp(file);
    const { size, mode } = await stat(file);
    expect(ended).toMatchObject({
      ok: true,
      value: {
        exit: 0,
        json: { backup: file, bytes: size, schema: 1, users: 5, vaults: 2, envelopes: 25 },
        notes: [expect.stringContaining("/data/relay.key")],
      },
    });
    expect(mode & 0o777).toBe(0o600);
    expect(await readdir(folder)).toEqual(["relay.backup"]);
  });

  test("holds every table that the database has", async () => {
    const file = join(await newFolder(), "relay.backup");
    await backUpTo(filled.sql, file);
    const { header } = await takeApart(file);
    const tables = await filled.sql<{ name: string }[]>`
      select relname as name from pg_class
      where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition`;
    const names = tables.map(({ name }) => name).filter((name) => name !== "schema_migrations");
    expect(header.tables.map(({ name }) => name).toSorted()).toEqual(names.toSorted());
    // Messages refer to their mailbox, so it must be there before them.
    const order = header.tables.map(({ name }) => name);
    expect(order.indexOf("mailboxes")).toBeLessThan(order.indexOf("mailbox_messages"));
  });

  test("never takes the place of a file that is there", async () => {
    const folder = await newFolder();
    const file = join(folder, "relay.backup");
    await writeFile(file, "somebody's");
    expect(await backUp(file)).toMatchObject({
      ok: false,
      error: { code: "FileExists", exit: 12 },
    });
    expect(await readFile(file, "utf8")).toBe("somebody's");
    expect(await readdir(folder)).toEqual(["relay.backup"]);
  });

  test("does not take the place of a file that came while it was written", async () => {
    const folder = await newFolder();
    const file = join(folder, "relay.backup");
    const writing = backUp(file);
    while ((await readdir(folder)).length === 0) await sleep(1);
    await writeFile(file, "somebody's");
    expect(await writing).toMatchObject({ ok: false, error: { code: "FileExists" } });
    expect(await readFile(file, "utf8")).toBe("somebody's");
    expect(await readdir(folder)).toEqual(["relay.backup"]);
  });

  test("leaves nothing behind when it is interrupted, and the database goes on", async () => {
    const folder = await newFolder();
    const file = join(folder, "relay.backup");
    const controller = new AbortController();
    const writing = backUp(file, { signal: controller.signal });
    while ((await readdir(folder)).length === 0) await sleep(1);
    controller.abort();
    expect(await writing).toMatchObject({ ok: false, error: { code: "Interrupted", exit: 130 } });
    expect(await readdir(folder)).toEqual([]);
    for (let count = 0; count < 20; count++)
      expect(await filled.sql`select 1 as one`).toEqual([{ one: 1 }]);
  });

  test("says so where it cannot be written", async () => {
    const folder = await newFolder();
    const nowhere = join(folder, "nowhere", "relay.backup");
    expect(await backUp(nowhere)).toMatchObject({
      ok: false,
      error: { code: "FileUnusable", exit: 1, message: expect.stringContaining(nowhere) },
    });
  });

  test("of no relay is none", async () => {
    const folder = await newFolder();
    for (const openOther of [openEmptyTestDatabase, openTestDatabase]) {
      const other = await openOther();
      onTestFinished(() => other.close());
      const ended = await runBackup(
        { toFile: join(folder, "relay.backup"), store: testStore },
        upkeepDeps(other.sql, undefined),
      );
      expect(ended).toMatchObject({ ok: false, error: { code: "NoRelayHere", exit: 5 } });
    }
    expect(await readdir(folder)).toEqual([]);
  });

  test("names a database that is gone", async () => {
    const other = await openTestDatabase();
    await other.close();
    const ended = await runBackup(
      { toFile: join(await newFolder(), "relay.backup"), store: testStore },
      upkeepDeps(other.sql, undefined),
    );
    expect(ended).toMatchObject({ ok: false, error: { code: "DatabaseUnreachable", exit: 6 } });
  });
});
