import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync, type SQLInputValue, StatementSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { storeVersion, wholeTable } from "../ports/localStore.ts";
import { localStoreContract } from "../testing/localStore.contract.ts";
import { openSqliteLocalStore, storeErrorOf } from "./sqliteLocalStore.ts";

const opened = (path: string) => {
  const store = openSqliteLocalStore(path);
  if (!store.ok) throw new Error(store.error.type);
  return store.value;
};

localStoreContract("SQLite", async () => {
  const folder = await mkdtemp(join(tmpdir(), "duro-store-"));
  return {
    open: async () => opened(join(folder, "vault.db")),
    remove: () => rm(folder, { recursive: true }),
  };
});

describe("the file of the local store", () => {
  let folder: string;
  let path: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "duro-store-"));
    path = join(folder, "vault.db");
  });
  afterEach(() => rm(folder, { recursive: true }));

  const put = (byte: number) =>
    ({
      kind: "put",
      table: "facts",
      key: Uint8Array.of(byte),
      value: Uint8Array.of(byte),
    }) as const;

  /** Says before each commit that there is one. */
  const spyCommits = (onCommit: () => void) =>
    vi.spyOn(StatementSync.prototype, "run").mockImplementation(function run(
      this: StatementSync,
      ...values: unknown[]
    ) {
      if (this.sourceSQL === "commit") onCommit();
      // As `run` does it. The store names no parameters.
      this.all(...(values as SQLInputValue[]));
      return { changes: 0, lastInsertRowid: 0 };
    });

  /** How it would sync each commit. */
  const syncedBy = async (work: () => Promise<unknown>): Promise<readonly string[]> => {
    let mode = "full";
    const modes: string[] = [];
    const execs = vi.spyOn(DatabaseSync.prototype, "exec").mockImplementation(function exec(
      this: DatabaseSync,
      sql: string,
    ) {
      mode = /synchronous = (\w+)/u.exec(sql)?.[1] ?? mode;
      // As `exec` does it.
      this.prepare(sql).all();
    });
    const commits = spyCommits(() => modes.push(mode));
    try {
      await work();
    } finally {
      commits.mockRestore();
      execs.mockRestore();
    }
    return modes;
  };

  test("is synced where a commit may not be lost, and takes along those that may", async () => {
    const store = opened(path);
    const modes = await syncedBy(async () => {
      await store.commit([put(1)]);
      await store.commit([put(2)], { durability: "later" });
      await Promise.all([store.commit([put(3)], { durability: "later" }), store.commit([put(4)])]);
      await store.commit([put(5)], { durability: "later" });
      await store.close();
    });
    expect(modes).toEqual(["full", "full", "normal"]);
    const again = opened(path);
    expect(await again.range("facts", wholeTable, 10)).toHaveLength(5);
    await again.close();
  });

  test("is read, and looked at, as if all that was confirmed were in it", async () => {
    const store = opened(path);
    await store.commit([put(1)], { durability: "later" });
    expect(await store.get("facts", Uint8Array.of(1))).toEqual(Uint8Array.of(1));
    await store.commit([put(2)], { durability: "later" });
    expect(await store.view((reader) => reader.range("facts", wholeTable, 10))).toHaveLength(2);
    await store.close();
  });

  test("without room for what was confirmed gives it to whoever reads, and takes it later", async () => {
    const store = opened(path);
    await store.commit([put(1)]);
    const large = { ...put(2), value: new Uint8Array(200_000).fill(7) };
    let isFull = true;
    const kept = { ok: true, value: undefined };
    const spy = spyCommits(() => {
      if (isFull) throw Object.assign(new Error("full"), { errcode: 13 });
    });
    try {
      expect(await store.commit([large], { durability: "later" })).toEqual(kept);
      expect(await store.get("facts", large.key)).toEqual(large.value);
      const full = { ok: false, error: { type: "StoreFull" } };
      expect(await store.commit([put(4)], { durability: "later" })).toEqual(full);
      expect(await store.commit([put(4)])).toEqual(full);
      await expect(store.view(async () => 1)).rejects.toThrow("StoreFull");
      expect(await store.range("facts", wholeTable, 10)).toHaveLength(2);
      isFull = false;
      expect(await store.commit([put(4)], { durability: "later" })).toEqual(kept);
    } finally {
      spy.mockRestore();
    }
    await store.close();
    const again = opened(path);
    expect(await again.get("facts", large.key)).toEqual(large.value);
    expect(await again.range("facts", wholeTable, 10)).toHaveLength(3);
    await again.close();
  });

  test("is closed to others, and so are the files beside it", async () => {
    const store = opened(path);
    await store.commit([put(1)]);
    for (const name of ["", "-wal", "-shm"])
      expect((await stat(`${path}${name}`)).mode & 0o077).toBe(0);
    await store.close();
  });

  test("of a later version is left alone", () => {
    const later = new DatabaseSync(path);
    later.exec(`pragma user_version = ${storeVersion + 1}`);
    later.close();
    const error = { type: "StoreNewer", version: storeVersion + 1 };
    expect(openSqliteLocalStore(path)).toEqual({ ok: false, error });
    const untouched = new DatabaseSync(path);
    expect(untouched.prepare("select count(*) as count from sqlite_schema").get()).toEqual({
      count: 0,
    });
    untouched.close();
  });

  test("that is no database is named as such", async () => {
    await writeFile(path, "x".repeat(5_000));
    const error = { type: "StoreBroken", code: "SQLite 26" };
    expect(openSqliteLocalStore(path)).toEqual({ ok: false, error });
  });

  test("in a folder that is not there is named as such", () => {
    const error = { type: "StoreBroken", code: "ENOENT" };
    expect(openSqliteLocalStore(join(folder, "none", "vault.db"))).toEqual({ ok: false, error });
  });

  test("is synced with every commit", () => {
    const store = opened(path);
    const database = new DatabaseSync(path);
    expect(database.prepare("pragma journal_mode").get()).toEqual({ journal_mode: "wal" });
    database.close();
    return store.close();
  });

  test("a bug is no failure of the disk", () => {
    expect(() => storeErrorOf(new TypeError("no such thing"))).toThrow(TypeError);
  });

  test.each([
    [13, { type: "StoreFull" }],
    [10, { type: "StoreBroken", code: "SQLite 10" }],
    [(13 << 8) | 13, { type: "StoreFull" }],
  ])("what SQLite numbers %i is told apart", (errcode, error) => {
    expect(storeErrorOf(Object.assign(new Error("said so"), { errcode }))).toEqual(error);
  });
});
