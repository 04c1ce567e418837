import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { assert } from "@duro/crypto/types";
import { afterAll, describe, expect, onTestFinished, test } from "vitest";
import {
  sharedFolder,
  createFolder,
  removeSharedFolder,
  startRunning,
} from "../embedded/testing/fixture.ts";
import { spawnOwner } from "../embedded/testing/owner.ts";
import { createLogger } from "../logger.ts";
import { connectSql } from "../postgres/sql.ts";
import { type OpenedStore, openStore } from "./openStore.ts";

afterAll(removeSharedFolder);

const log = createLogger({ level: "error", form: "json", nowMs: Date.now, write: () => {} });

const open = (dataFolder: string, mayBegin = false) =>
  openStore(
    { dataFolder, keyFile: join(dataFolder, "relay.key"), database: { kind: "embedded" } },
    log,
    { mayBegin },
  );

const isAnswering = async ({ address }: Pick<OpenedStore, "address">): Promise<boolean> => {
  const sql = connectSql(address, { connectionCountMax: 1 });
  try {
    return (await sql`select 1`).length === 1;
  } catch {
    return false;
  } finally {
    await sql.end({ timeout: 1 });
  }
};

const opened = async (...given: Parameters<typeof open>): Promise<OpenedStore> => {
  const store = await open(...given);
  assert(store.ok, JSON.stringify(store));
  onTestFinished(() => store.value.close());
  return store.value;
};

describe("a command's database", () => {
  test("is that of a relay which runs, and still runs afterwards", async () => {
    const folder = await sharedFolder();
    const relay = await spawnOwner({ folder }).report;
    const store = await opened(folder);
    expect(store.sentence).toContain("is running");
    expect(await isAnswering(store)).toBe(true);
    await store.close();
    expect(await isAnswering({ address: { kind: "socket", ...relay.connection } })).toBe(true);
  });

  test("is that of a relay in this very process, too", async () => {
    const folder = await sharedFolder();
    await startRunning({ folder });
    expect(await isAnswering(await opened(folder))).toBe(true);
  });

  test("is what a relay left that was killed, and is left as it is", async () => {
    const folder = await sharedFolder();
    const relay = spawnOwner({ folder });
    await relay.report;
    await relay.kill();
    const store = await opened(folder);
    expect(await isAnswering(store)).toBe(true);
    await store.close();
    expect(await isAnswering(store)).toBe(true);
  });

  test("is started where no relay runs, and stopped again", async () => {
    const folder = await sharedFolder();
    const store = await opened(folder);
    expect(await isAnswering(store)).toBe(true);
    await store.close();
    expect(await isAnswering(store)).toBe(false);
  });

  test("is not made by a name that was mistyped", async () => {
    const parent = await createFolder();
    const folder = join(parent, "mistyped");
    expect(await open(folder)).toMatchObject({
      ok: false,
      error: { code: "NoRelayHere", exit: 5, message: expect.stringContaining(folder) },
    });
    expect(await readdir(parent)).toEqual([]);
    await writeFile(join(parent, "file"), "");
    expect(await open(parent)).toMatchObject({ ok: false, error: { code: "NoRelayHere" } });
    expect(await open(join(parent, "file"))).toMatchObject({
      ok: false,
      error: { code: "FolderUnusable" },
    });
  });

  test("is made where something may begin", async () => {
    const folder = join(await createFolder(), "new");
    expect(await isAnswering(await opened(folder, true))).toBe(true);
  });

  test("is the operator's own where they name one", async () => {
    const place = {
      dataFolder: "/nowhere",
      keyFile: "/nowhere/relay.key",
      database: {
        kind: "url",
        reveal: () => "postgres://somebody@db.example/duro",
        shown: "postgres://db.example/duro",
      },
    } as const;
    expect(await openStore(place, log, { mayBegin: false })).toMatchObject({
      ok: true,
      value: { address: { kind: "url", url: "postgres://somebody@db.example/duro" } },
    });
  });
});
