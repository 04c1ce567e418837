import { createHash } from "node:crypto";
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemRandomBytes } from "@duro/crypto/receipt";
import { asSignPublicKey, assert } from "@duro/crypto/types";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { claimRelay, readGeneration } from "../../postgres/generation.ts";
import { migrate } from "../../postgres/migrate.ts";
import type { Sql } from "../../postgres/sql.ts";
import { openEmptyTestDatabase, openTestDatabase } from "../../testing/testDatabase.ts";
import { encodePreamble, encodeTableEnd, FrameTag } from "../backup/backupFormat.ts";
import { runCheck } from "../check/runCheck.ts";
import { putTogether, takeApart, type TakenApart, withRows } from "../testing/backupFiles.ts";
import { type FilledRelay, openFilledRelay } from "../testing/filledRelay.ts";
import { isEmpty, tableHashes } from "../testing/tableHashes.ts";
import { backUpTo, newFolder, restoreFrom, upkeepDeps } from "../testing/upkeepRuns.ts";
import { migrationsFolder } from "../knownTables.ts";

let filled: FilledRelay;
let folder: string;
let file: string;
/** Of the relay when it was backed up. */
let hashes: Awaited<ReturnType<typeof tableHashes>>;

beforeAll(async () => {
  filled = await openFilledRelay();
  folder = await mkdtemp(join(tmpdir(), "duro-restore-"));
  file = join(folder, "relay.backup");
  hashes = await tableHashes(filled.sql);
  await backUpTo(filled.sql, file);
});
afterAll(async () => {
  await filled.close();
  await rm(folder, { recursive: true, force: true });
});

const relayKey = () => filled.keys.signKey;

const openPlace = async (): Promise<Sql> => {
  const place = await openEmptyTestDatabase();
  onTestFinished(() => place.close());
  return place.sql;
};

const generationOf = async (sql: Sql): Promise<string> => {
  const generation = await readGeneration(sql);
  assert(generation.ok, "Postgres says it");
  return generation.value;
};

const withoutRelay = ({ relay, ...others }: Readonly<Record<string, string>>) => {
  expect(relay?.startsWith("1 ")).toBe(true);
  return others;
};

describe("a restore", () => {
  test("brings back every row of every table, as a relay of another generation", async () => {
    const sql = await openPlace();
    const ended = await restoreFrom(file, sql, relayKey());
    expect(ended).toMatchObject({
      ok: true,
      value: { exit: 0, json: { users: 5, vaults: 2, envelopes: 25, findings: [] } },
    });
    expect(withoutRelay(await tableHashes(sql))).toEqual(withoutRelay(hashes));
    expect(await generationOf(sql)).not.toBe(await generationOf(filled.sql));
    // The key that clients know still is the relay's.
    const claimed = await claimRelay(sql, relayKey(), systemRandomBytes);
    expect(claimed).toEqual({ ok: true, value: { isNew: false } });
    const checked = await runCheck({ isFull: true }, upkeepDeps(sql, relayKey()));
    expect(checked).toMatchObject({ ok: true, value: { exit: 0 } });
    const migrated = await migrate(sql);
    expect(migrated).toEqual({ ok: true, value: { applied: [] } });
  });

  test("of a restored relay's backup holds the same again", async () => {
    const first = await openPlace();
    await restoreFrom(file, first, relayKey());
    const again = join(await newFolder(), "again.backup");
    await backUpTo(first, again);
    const second = await openPlace();
    await restoreFrom(again, second, relayKey());
    expect(withoutRelay(await tableHashes(second))).toEqual(withoutRelay(hashes));
    expect(await generationOf(second)).not.toBe(await generationOf(first));
  });

  test("is asked for, and goes no further without a yes", async () => {
    const sql = await openPlace();
    const questions: string[] = [];
    const answer = (isWanted: boolean) => async (question: string) => {
      questions.push(question);
      return isWanted;
    };
    const asked = { isConfirmed: false };
    expect(await restoreFrom(file, sql, relayKey(), asked)).toMatchObject({
      ok: false,
      error: { code: "NobodyToAsk", exit: 2 },
    });
    expect(
      await restoreFrom(file, sql, relayKey(), { ...asked, ask: answer(false) }),
    ).toMatchObject({ ok: false, error: { code: "Declined" } });
    expect(await isEmpty(sql)).toBe(true);
    expect(await restoreFrom(file, sql, relayKey(), { ...asked, ask: answer(true) })).toMatchObject(
      { ok: true },
    );
    expect(questions).toHaveLength(2);
    expect(questions[0]).toContain("/data");
  });

  test("is not done without the relay's key, or with another one", async () => {
    const sql = await openPlace();
    expect(await restoreFrom(file, sql, undefined)).toMatchObject({
      ok: false,
      error: { code: "RelayKeyMissing", exit: 12 },
    });
    const other = asSignPublicKey(new Uint8Array(32).fill(1));
    expect(await restoreFrom(file, sql, other)).toMatchObject({
      ok: false,
      error: { code: "RelayKeyOther", exit: 10 },
    });
    expect(await isEmpty(sql)).toBe(true);
  });

  test("is not done into a place that is not empty, which stays as it is", async () => {
    const relay = await openTestDatabase();
    onTestFinished(() => relay.close());
    const foreign = await openPlace();
    await foreign`create table somebodys (word text)`;
    await foreign`insert into somebodys values ('kept')`;
    for (const sql of [relay.sql, foreign])
      expect(await restoreFrom(file, sql, relayKey())).toMatchObject({
        ok: false,
        error: { code: "PlaceNotEmpty", exit: 12 },
      });
    expect(await foreign`select * from somebodys`).toEqual([{ word: "kept" }]);
    const tables = await foreign`select from pg_class where relnamespace = 'public'::regnamespace`;
    expect(tables).toHaveLength(1);
    expect(await relay.sql`select from relay`).toEqual([]);
  });

  test("names a file that is not there, or is none of ours", async () => {
    const sql = await openPlace();
    const nowhere = join(folder, "nowhere");
    expect(await restoreFrom(nowhere, sql, relayKey())).toMatchObject({
      ok: false,
      error: { code: "FileMissing", exit: 2 },
    });
    const dump = join(await newFolder(), "a.dump");
    await writeFile(dump, "PGDMP and so on, for a while".repeat(10));
    expect(await restoreFrom(dump, sql, relayKey())).toMatchObject({
      ok: false,
      error: { code: "NotABackup", exit: 14 },
    });
    expect(await restoreFrom(folder, sql, relayKey())).toMatchObject({
      ok: false,
      error: { code: "FileUnusable" },
    });
  });

  test("says what is wrong with what was backed up, and is done all the same", async () => {
    const broken = await openPlace();
    await restoreFrom(file, broken, relayKey());
    await broken`update vaults set used_byte_length = used_byte_length + 1`;
    const again = join(await newFolder(), "broken.backup");
    await backUpTo(broken, again);
    const sql = await openPlace();
    expect(await restoreFrom(again, sql, relayKey())).toMatchObject({
      ok: true,
      value: { exit: 4, json: { checked: true, findings: [{ finding: "UsedBytesDiffer" }, {}] } },
    });
    expect(await isEmpty(sql)).toBe(false);
  });

  test("takes everything back when it is interrupted", async () => {
    const sql = await openPlace();
    let tickCount = 0;
    const controller = new AbortController();
    // Asked for the time between any two frames.
    const nowMs = (): number => {
      tickCount += 1;
      if (tickCount === 60) controller.abort();
      return 0;
    };
    const { signal } = controller;
    expect(await restoreFrom(file, sql, relayKey(), { nowMs, signal })).toMatchObject({
      ok: false,
      error: { code: "Interrupted", exit: 130 },
    });
    expect(await isEmpty(sql)).toBe(true);
    expect(await restoreFrom(file, sql, relayKey())).toMatchObject({ ok: true });
  });
});

/** Rows that are written once and never changed. */
const lastingTables = {
  identity_records: ["user_id", "record_index", "record_id", "record"],
  vault_records: ["vault_id", "record_index", "record_id", "record"],
  envelope_heads: ["vault_id", "chain_id", "seq", "position", "signed_head"],
  envelope_bodies: ["vault_id", "position", "body"],
};

const lastingRows = async (sql: Sql, table: keyof typeof lastingTables) => {
  const rows = await sql<{ hash: string }[]>`
    select md5(t::text) as hash from (
      select ${sql(lastingTables[table])} from ${sql(table)}
    ) t`;
  return new Set(rows.map(({ hash }) => hash));
};

describe("a backup of a relay at work", () => {
  test("is of one moment: what it restores holds by every rule, and nothing of it is new", async () => {
    const busy = await openFilledRelay();
    onTestFinished(() => busy.close());
    const before = await lastingRows(busy.sql, "envelope_heads");
    const done = new AbortController();
    let writtenCount = 0;
    const write = async (): Promise<void> => {
      while (!done.signal.aborted) {
        await busy.alice.data(5, 20_000);
        await busy.bob.data(3);
        writtenCount += 8;
      }
    };
    const writing = write();
    const files: string[] = [];
    for (let count = 0; count < 2; count++) {
      const each = join(await newFolder(), "busy.backup");
      await backUpTo(busy.sql, each);
      files.push(each);
    }
    done.abort();
    await writing;
    expect(writtenCount).toBeGreaterThan(16);
    let least = before.size;
    for (const each of files) {
      const sql = await openPlace();
      const { signKey } = busy.keys;
      expect(await restoreFrom(each, sql, signKey)).toMatchObject({ ok: true, value: { exit: 0 } });
      const checked = await runCheck({ isFull: true }, upkeepDeps(sql, signKey));
      expect(checked).toMatchObject({ ok: true, value: { exit: 0 } });
      for (const table of [
        "identity_records",
        "vault_records",
        "envelope_heads",
        "envelope_bodies",
      ] as const) {
        const [restored, now] = [await lastingRows(sql, table), await lastingRows(busy.sql, table)];
        expect([...restored].filter((row) => !now.has(row))).toEqual([]);
      }
      const { size } = await lastingRows(sql, "envelope_heads");
      expect(size).toBeGreaterThanOrEqual(least);
      least = size;
    }
    expect((await lastingRows(busy.sql, "envelope_heads")).size).toBeGreaterThan(before.size);
  });
});

const damagedNames = ["NotABackup", "BackupCutShort", "BackupDamaged"];

describe("a damaged backup", () => {
  test("is refused by name wherever it was cut short, and nothing is touched", async () => {
    const bytes = await readFile(file);
    const sql = await openPlace();
    const cut = join(await newFolder(), "cut.backup");
    for (let place = 0; place < 50; place++) {
      // Some at the very end, where only the hash is missing.
      const length =
        place < 40 ? Math.floor((bytes.length * place) / 40) : bytes.length - place + 39;
      await writeFile(cut, bytes.subarray(0, length));
      const ended = await restoreFrom(cut, sql, relayKey());
      expect(ended).toMatchObject({ ok: false, error: { code: "BackupCutShort", exit: 14 } });
      expect(await isEmpty(sql)).toBe(true);
    }
  });

  test("is refused by name wherever a bit flipped, and nothing is touched", async () => {
    const bytes = await readFile(file);
    const sql = await openPlace();
    const flipped = join(await newFolder(), "flipped.backup");
    const names = new Map<string, number>();
    for (let place = 0; place < 200; place++) {
      const at = place < 60 ? place : Math.floor((bytes.length * (place - 60)) / 140);
      const changed = Buffer.from(bytes);
      changed.writeUInt8(changed.readUInt8(at) ^ (1 << (place % 8)), at);
      await writeFile(flipped, changed);
      const ended = await restoreFrom(flipped, sql, relayKey());
      assert(!ended.ok, `byte ${at} matters`);
      expect(damagedNames).toContain(ended.error.code);
      expect(ended.error.exit).toBe(14);
      names.set(ended.error.code, (names.get(ended.error.code) ?? 0) + 1);
    }
    expect(await isEmpty(sql)).toBe(true);
    // The first bytes are what tells a backup; hardly any other place makes it seem too short.
    expect(names.get("NotABackup")).toBe(19);
    expect(names.get("BackupDamaged")).toBeGreaterThan(170);
  });

  test("is refused with a byte behind its end", async () => {
    const longer = join(await newFolder(), "longer.backup");
    await writeFile(longer, Buffer.concat([await readFile(file), Buffer.from([0])]));
    const sql = await openPlace();
    expect(await restoreFrom(longer, sql, relayKey())).toMatchObject({
      ok: false,
      error: { code: "BackupDamaged" },
    });
  });
});

/** Written by somebody who knows the format: the hash holds. */
const craft = async (change: (apart: TakenApart) => TakenApart): Promise<string> => {
  const crafted = join(await newFolder(), "crafted.backup");
  await putTogether(crafted, change(await takeApart(file)));
  return crafted;
};

/** Undefined: it was restored, or something of it stayed. */
const refusalOf = async (change: (apart: TakenApart) => TakenApart) => {
  const sql = await openPlace();
  const ended = await restoreFrom(await craft(change), sql, relayKey());
  return ended.ok || !(await isEmpty(sql)) ? undefined : ended.error;
};

describe("a backup that was put together by hand", () => {
  const damaged = { code: "BackupDamaged", exit: 14 };

  test("and not changed is restored: the control of what follows", async () => {
    const sql = await openPlace();
    const crafted = await craft((apart) => withRows(apart, "invites", (rows) => rows));
    expect(await restoreFrom(crafted, sql, relayKey())).toMatchObject({ ok: true });
    expect(withoutRelay(await tableHashes(sql))).toEqual(withoutRelay(hashes));
  });

  test("is refused with other tables than its migrations make", async () => {
    const other = { code: "TablesOther", exit: 14 };
    expect(
      await refusalOf(({ header, frames }) => {
        const [first, ...rest] = header.tables;
        assert(first !== undefined, "there is a table");
        const columns = first.columns.slice(1);
        return { header: { ...header, tables: [{ ...first, columns }, ...rest] }, frames };
      }),
    ).toMatchObject(other);
    expect(
      await refusalOf(({ header, frames }) => {
        const tables = header.tables.map((table) =>
          table.name === "invites" ? { ...table, name: "pg_authid" } : table,
        );
        return { header: { ...header, tables }, frames };
      }),
    ).toMatchObject(other);
  });

  test("is refused with rows that break a rule of their table", async () => {
    // The same row twice, and so counted.
    expect(
      await refusalOf((apart) =>
        withRows(
          apart,
          "accounts",
          (rows) => {
            const body = rows.subarray(19, -2);
            return Buffer.concat([rows.subarray(0, 19), body, body, rows.subarray(-2)]);
          },
          (byteLength) => encodeTableEnd({ rowCount: 10, byteLength }),
        ),
      ),
    ).toMatchObject(damaged);
    expect(
      await refusalOf((apart) => withRows(apart, "accounts", () => Buffer.from("no rows"))),
    ).toMatchObject(damaged);
  });

  test("is refused with fewer rows than it says", async () => {
    expect(
      await refusalOf((apart) =>
        withRows(apart, "accounts", (rows) =>
          Buffer.concat([rows.subarray(0, 19), rows.subarray(-2)]),
        ),
      ),
    ).toMatchObject(damaged);
  });

  test("is refused with the row of another relay in it", async () => {
    expect(
      await refusalOf((apart) =>
        withRows(apart, "relay", (rows) => {
          const changed = Buffer.from(rows);
          changed.writeUInt8(changed.readUInt8(changed.length - 3) ^ 1, changed.length - 3);
          return changed;
        }),
      ),
    ).toMatchObject(damaged);
  });

  test("is refused with too few frames, too many, or unknown ones", async () => {
    expect(
      await refusalOf(({ header, frames }) => ({ header, frames: frames.slice(0, -1) })),
    ).toMatchObject(damaged);
    const extra = { tag: FrameTag.Data, payload: new Uint8Array() };
    expect(
      await refusalOf(({ header, frames }) => ({ header, frames: [...frames, extra] })),
    ).toMatchObject(damaged);
    expect(
      await refusalOf(({ header, frames }) => ({
        header,
        frames: [{ ...extra, tag: 9 }, ...frames],
      })),
    ).toMatchObject(damaged);
    expect(
      await refusalOf(({ header, frames }) => ({ header, frames: [extra, ...frames] })),
    ).toMatchObject(damaged);
  });

  test("is too new with a format or tables that this relay does not know", async () => {
    const newer = { code: "BackupNewer", exit: 13 };
    expect(
      await refusalOf(({ header, frames }) => ({ header: { ...header, schema: 99 }, frames })),
    ).toMatchObject(newer);
    const sql = await openPlace();
    const crafted = join(await newFolder(), "crafted.backup");
    const apart = await takeApart(file);
    const preamble = Buffer.from(encodePreamble(apart.header)).subarray(0, -32);
    preamble.writeUInt8(2, 18);
    const hash = createHash("sha256").update(preamble).digest();
    await putTogether(crafted, apart, Buffer.concat([preamble, hash]));
    expect(await restoreFrom(crafted, sql, relayKey())).toMatchObject({ ok: false, error: newer });
  });
});

describe("a backup of an older relay", () => {
  test("is brought to the tables of this one", async () => {
    const newer = join(await newFolder(), "migrations");
    await cp(migrationsFolder, newer, { recursive: true });
    const count = (await readdir(newer)).length;
    const name = `${`${count + 1}`.padStart(4, "0")}_later.sql`;
    await writeFile(
      join(newer, name),
      "create table later as select count(*) as known_count from accounts;",
    );
    const sql = await openPlace();
    const ended = await restoreFrom(file, sql, relayKey(), { migrationsFolder: newer });
    expect(ended).toMatchObject({ ok: true });
    // It ran over what was restored.
    expect(await sql`select known_count from later`).toEqual([{ known_count: 5 }]);
    expect(await sql`select max(number) as number from schema_migrations`).toEqual([
      { number: count + 1 },
    ]);
  });

  test("is not restored where a migration fails, and nothing is touched", async () => {
    const newer = join(await newFolder(), "migrations");
    await cp(migrationsFolder, newer, { recursive: true });
    const count = (await readdir(newer)).length;
    const name = `${`${count + 1}`.padStart(4, "0")}_wrong.sql`;
    await writeFile(join(newer, name), "select 1 / (select 0 from accounts limit 1);");
    const sql = await openPlace();
    const ended = await restoreFrom(file, sql, relayKey(), { migrationsFolder: newer });
    expect(ended).toMatchObject({ ok: false });
    expect(await isEmpty(sql)).toBe(true);
  });
});
