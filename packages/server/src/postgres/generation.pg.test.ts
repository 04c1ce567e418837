import { systemRandomBytes as randomBytes } from "@duro/crypto/receipt";
import { asSignPublicKey, bytesToHex } from "@duro/crypto/types";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openTestDatabase, type TestDatabase } from "../testing/testDatabase.ts";
import { claimRelay, readGeneration, renewStoredId } from "./generation.ts";
import { connectSql } from "./sql.ts";

const someKey = asSignPublicKey(new Uint8Array(32).fill(1));
const otherKey = asSignPublicKey(new Uint8Array(32).fill(2));

describe("a relay's database", () => {
  let database: TestDatabase;

  beforeEach(async () => {
    database = await openTestDatabase();
  });
  afterEach(() => database.close());

  const generation = async () => {
    const read = await readGeneration(database.sql);
    return read.ok ? read.value : read.error;
  };

  test("belongs to the key that comes first, on every later start too", async () => {
    const { sql } = database;
    expect(await claimRelay(sql, someKey, randomBytes)).toEqual({
      ok: true,
      value: { isNew: true },
    });
    const first = await generation();
    expect(await claimRelay(sql, someKey, randomBytes)).toEqual({
      ok: true,
      value: { isNew: false },
    });
    expect(await generation()).toBe(first);
  });

  test("is refused to another key, and keeps its generation", async () => {
    await claimRelay(database.sql, someKey, randomBytes);
    const first = await generation();
    expect(await claimRelay(database.sql, otherKey, randomBytes)).toEqual({
      ok: false,
      error: { type: "RelayKeyOther" },
    });
    expect(await generation()).toBe(first);
  });

  test("belongs to one of four keys that come at once", async () => {
    const outcomes = await Promise.all(
      [1, 2, 3, 4].map((byte) =>
        claimRelay(database.sql, asSignPublicKey(new Uint8Array(32).fill(byte)), randomBytes),
      ),
    );
    expect(outcomes.filter(({ ok }) => ok)).toHaveLength(1);
  });

  test("has another generation after its stored id was renewed", async () => {
    await claimRelay(database.sql, someKey, randomBytes);
    const first = await generation();
    await renewStoredId(database.sql, randomBytes);
    const second = await generation();
    expect(first).toMatch(/^[0-9a-f]{64}$/u);
    expect(second).not.toBe(first);
    expect((await claimRelay(database.sql, someKey, randomBytes)).ok).toBe(true);
    expect(await generation()).toBe(second);
  });

  test("has no generation before it was claimed", async () => {
    await expect(readGeneration(database.sql)).rejects.toThrow("claimed");
    await expect(renewStoredId(database.sql, randomBytes)).rejects.toThrow("claimed");
  });

  describe("for an ordinary role", () => {
    // All databases of a Postgres know it, so its name must be this test's own.
    const role = `duro_test_${bytesToHex(randomBytes(8))}`;

    beforeEach(async () => {
      const { sql } = database;
      await claimRelay(sql, someKey, randomBytes);
      await sql`create role ${sql(role)}`;
      await sql`grant select on relay to ${sql(role)}`;
    });
    afterEach(async () => {
      const { sql } = database;
      await sql`drop owned by ${sql(role)}`;
      await sql`drop role ${sql(role)}`;
    });

    /** As if the relay had connected with that role. */
    const generationAs = async () => {
      const sql = connectSql({ kind: "url", url: database.url }, { connectionCountMax: 1 });
      await sql`set role ${sql(role)}`;
      const read = await readGeneration(sql);
      await sql.end();
      return read;
    };

    test("it reads the same generation", async () => {
      expect(await generationAs()).toEqual({ ok: true, value: await generation() });
    });

    test("it names the functions that an operator took away", async () => {
      await database.sql`revoke execute on function pg_control_system() from public`;
      expect(await generationAs()).toEqual({
        ok: false,
        error: { type: "FunctionsForbidden", functions: ["pg_control_system()"] },
      });
    });
  });
});
