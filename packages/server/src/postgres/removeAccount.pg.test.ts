import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Role } from "@duro/crypto/verify";
import { LogKind } from "@duro/crypto/types";
import type { VaultId } from "@duro/protocol";
import { openPostgresStores } from "../testing/postgresStores.ts";
import {
  accessOf,
  accountOf,
  deviceOf,
  deviceRowOf,
  foundVault,
  recordOf,
  registerAll,
  userOf,
  vaultOf,
  vaultRecordOf,
} from "../testing/storeSamples.ts";

type Opened = Awaited<ReturnType<typeof openPostgresStores>>;

const hash = (byte: number): Uint8Array => new Uint8Array(32).fill(byte);

/** Columns of the relay's tables, without the parts of those that are split. */
const readColumns = ({ sql }: Opened) => sql<{ table: string; column: string; type: string }[]>`
  select c.relname as table, a.attname as column, a.atttypid::regtype::text as type
  from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
  where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
  order by 1, 2`;

/** Tables with something under a vault, as the database has them. */
const tablesOfVaults = async (opened: Opened): Promise<readonly string[]> => {
  const columns = await readColumns(opened);
  return columns.flatMap(({ table, column }) => (column === "vault_id" ? [table] : []));
};

/** What a column may hold, by its name and type, that says it is user 1 who wrote there. */
const someValue = (vault: VaultId, column: string, type: string): unknown => {
  if (column === "vault_id") return vault;
  if (column === "device_id") return deviceOf(1);
  if (type === "uuid") return userOf(1);
  if (column === "signed_head") return new Uint8Array(236);
  // Of two vaults there are two tokens.
  if (type === "bytea") return hash(Number(`0x${vault.slice(14, 16)}`));
  if (column === "expires_at_ms") return 5_000;
  return type === "boolean" ? true : 1;
};

/** One row under the vault in every table that its log has not filled. */
const fillVault = async (opened: Opened, vault: VaultId): Promise<void> => {
  const { sql } = opened;
  const columns = await readColumns(opened);
  for (const table of await tablesOfVaults(opened)) {
    const filled = await sql`select from ${sql(table)} where vault_id = ${vault}`;
    if (filled.length > 0) continue;
    const row = Object.fromEntries(
      columns
        .filter((column) => column.table === table)
        .map(({ column, type }) => [column, someValue(vault, column, type)]),
    );
    await sql`insert into ${sql(table)} ${sql(row)}`;
  }
};

/** Every place that names one of these ids. */
const tracesOf = async (opened: Opened, ids: readonly string[]): Promise<readonly string[]> => {
  const { sql } = opened;
  const traces: string[] = [];
  for (const { table, column, type } of await readColumns(opened)) {
    if (type !== "uuid") continue;
    const found = await sql`
      select from ${sql(table)} where ${sql(column)} = any(${ids}) limit 1`;
    if (found.length > 0) traces.push(`${table}.${column}`);
  }
  return traces;
};

const rowCounts = async (opened: Opened): Promise<readonly string[]> => {
  const { sql } = opened;
  const tables = new Set((await readColumns(opened)).map(({ table }) => table));
  const counts: string[] = [];
  for (const table of tables) {
    const [row] = await sql<{ count: number }[]>`select count(*) from ${sql(table)}`;
    counts.push(`${table} ${row?.count}`);
  }
  return counts;
};

describe("removing an account from Postgres", () => {
  let stores: Opened;

  beforeEach(async () => {
    stores = await openPostgresStores();
    await registerAll(stores, [9]);
    const codeHash = hash(1);
    await stores.accountStore.createInvite({ codeHash, createdAtMs: 1, expiresAtMs: 9_000 });
    await stores.accountStore.register(accountOf(1), { kind: "invite", codeHash });
    await foundVault(stores, 1, 1);
    await fillVault(stores, vaultOf(1));
  });
  afterEach(() => stores.close());

  /** Statements that wait for a lock, or sleep. */
  const waiting = (kind: "Lock" | "Timeout") => stores.sql`
    select from pg_stat_activity
    where datname = current_database() and wait_event_type = ${kind}`;

  test("leaves no id of the user, their devices and their vaults anywhere", async () => {
    const ids = [userOf(1), deviceOf(1), vaultOf(1)];
    const tables = (await tracesOf(stores, ids)).map((trace) => trace.split(".")[0]);
    const ofUsers = ["accounts", "devices", "identity_records", "invites"];
    expect(new Set(tables)).toEqual(new Set([...ofUsers, ...(await tablesOfVaults(stores))]));
    await stores.accountStore.remove(userOf(1));
    expect(await tracesOf(stores, ids)).toEqual([]);
    expect(await stores.accountStore.usage(userOf(9))).toBeDefined();
  });

  test("leaves a vault of others whole, and takes the user's tokens for it", async () => {
    await foundVault(stores, 2, 9, accessOf({ 1: Role.Writer, 9: Role.Owner }));
    await fillVault(stores, vaultOf(2));
    const before = await tracesOf(stores, [vaultOf(2)]);
    await stores.accountStore.remove(userOf(1));
    const lost = before.filter((trace) => trace !== "blob_tokens.vault_id");
    expect(before).toContain("blob_tokens.vault_id");
    expect(await tracesOf(stores, [vaultOf(2)])).toEqual(lost);
    expect(await tracesOf(stores, [vaultOf(1)])).toEqual([]);
  });

  test("is all or nothing", async () => {
    await stores.sql.unsafe(`
      create function refuse() returns trigger language plpgsql
        as $$ begin raise exception 'no log goes'; end $$;
      create trigger refuse before delete on identity_records
        for each row execute function refuse();`);
    const before = await rowCounts(stores);
    await expect(stores.accountStore.remove(userOf(1))).rejects.toThrow("no log goes");
    expect(await rowCounts(stores)).toEqual(before);
    await stores.sql`drop trigger refuse on identity_records`;
    await stores.accountStore.remove(userOf(1));
    expect(await tracesOf(stores, [userOf(1)])).toEqual([]);
  });

  test("never takes the log of somebody whom a vault pins in the same moment", async () => {
    for (let round = 10; round < 30; round++) {
      await registerAll(stores, [round]);
      const genesis = accessOf({ 9: Role.Owner });
      await foundVault(stores, round, 9, genesis);
      const [appended] = await Promise.all([
        stores.logStore.appendVault(
          vaultOf(round),
          vaultRecordOf(round, 1, [userOf(9), userOf(round)]),
          accessOf({ 9: Role.Owner, [round]: Role.Writer }),
          undefined,
        ),
        stores.accountStore.remove(userOf(round)),
      ]);
      const log = { kind: LogKind.Identity, log: userOf(round) };
      const head = await stores.logStore.head(log);
      const outcome = appended.ok ? "appended" : appended.error.type;
      expect(outcome).toBe(head === undefined ? "PinnedLogGone" : "appended");
    }
  });

  test("never leaves a vault that was founded in the same moment", async () => {
    for (let round = 10; round < 30; round++) {
      await registerAll(stores, [round]);
      await Promise.all([
        foundVault(stores, round, round),
        stores.accountStore.remove(userOf(round)),
      ]);
      expect(await tracesOf(stores, [userOf(round), vaultOf(round)])).toEqual([]);
    }
  });

  test("never leaves a record that was appended in the same moment", async () => {
    for (let round = 10; round < 30; round++) {
      await registerAll(stores, [round]);
      const device = deviceRowOf(userOf(round), round + 100);
      await Promise.all([
        stores.logStore.appendIdentity(userOf(round), recordOf(round, 1), [device]),
        stores.accountStore.remove(userOf(round)),
      ]);
      expect(await tracesOf(stores, [userOf(round), device.device])).toEqual([]);
    }
  });

  test("never leaves a vault whose last two members go in the same moment", async () => {
    for (let round = 10; round < 50; round += 2) {
      await registerAll(stores, [round, round + 1]);
      const access = accessOf({ [round]: Role.Owner, [round + 1]: Role.Owner });
      await foundVault(stores, round, round, access);
      const users = [userOf(round), userOf(round + 1)];
      await Promise.all(users.map((user) => stores.accountStore.remove(user)));
      expect(await tracesOf(stores, [...users, vaultOf(round)])).toEqual([]);
    }
  });

  test("never leaves what is written under the vault's lock in the same moment", async () => {
    const { sql } = stores;
    let removed: Promise<void> | undefined;
    await sql.begin(async (tx) => {
      await tx`select from vaults where vault_id = ${vaultOf(1)} for update`;
      removed = stores.accountStore.remove(userOf(1));
      await expect.poll(() => waiting("Lock")).toHaveLength(1);
      await tx`
        insert into envelope_bodies (vault_id, position, body)
        values (${vaultOf(1)}, 2, ${hash(1)})`;
    });
    await removed;
    expect(await tracesOf(stores, [vaultOf(1)])).toEqual([]);
  });

  test("never takes the log from under a user who comes back in the same moment", async () => {
    await registerAll(stores, [2, 3]);
    await foundVault(stores, 2, 2, accessOf({ 2: Role.Owner, 3: Role.Owner }));
    await stores.accountStore.remove(userOf(3));
    await stores.sql.unsafe(`
      create function dawdle() returns trigger language plpgsql
        as $$ begin perform pg_sleep(0.5); return new; end $$;
      create trigger dawdle before insert on accounts for each row execute function dawdle();`);
    const comingBack = registerAll(stores, [3]);
    await expect.poll(() => waiting("Timeout")).toHaveLength(1);
    await Promise.all([comingBack, stores.accountStore.remove(userOf(2))]);
    const log = { kind: LogKind.Identity, log: userOf(3) };
    expect(await stores.logStore.head(log)).toBeDefined();
    expect(await stores.accountStore.usage(userOf(3))).toBeDefined();
  });

  test("a usage is the bytes of the vaults that the user pays for", async () => {
    await foundVault(stores, 2, 1);
    await foundVault(stores, 3, 9, accessOf({ 1: Role.Owner, 9: Role.Owner }));
    await stores.sql`update vaults set used_byte_length = 7000000000 where vault_id = ${vaultOf(1)}`;
    await stores.sql`update vaults set used_byte_length = 30 where vault_id = ${vaultOf(2)}`;
    await stores.sql`update vaults set used_byte_length = 500 where vault_id = ${vaultOf(3)}`;
    const [first] = await stores.accountStore.accounts();
    expect(first?.usedByteLength).toBe(7_000_000_030);
    expect(await stores.accountStore.usage(userOf(1))).toMatchObject({
      usedByteLength: 7_000_000_030,
      vaults: [
        { vault: vaultOf(1), usedByteLength: 7_000_000_000 },
        { vault: vaultOf(2), usedByteLength: 30 },
      ],
    });
  });

  test("a token that is over is forgotten, and no other", async () => {
    await stores.accountStore.forgetExpired(4_999);
    expect(await stores.sql`select from blob_tokens`).toHaveLength(1);
    await stores.accountStore.forgetExpired(5_000);
    expect(await stores.sql`select from blob_tokens`).toHaveLength(0);
  });
});
