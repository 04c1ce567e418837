/** Accounts in Postgres. How one begins and ends stands in registerAccount.ts and removeAccount.ts. */
import { DeviceScope } from "@duro/crypto/types";
import { Role } from "@duro/crypto/verify";
import {
  type DeviceId,
  limits,
  loginNonces,
  type UserId,
  userIds,
  type VaultId,
  vaultIds,
} from "@duro/protocol";
import type { Access, AccountStore, AccountSummary, Asker, Usage } from "../ports/accountStore.ts";
import type { DeviceRow } from "../ports/logStore.ts";
import { type StoredDevice, storedDevice, storedRole } from "./logRows.ts";
import { registerAccount } from "./registerAccount.ts";
import { removeAccount } from "./removeAccount.ts";
import { type Sql, storedId } from "./sql.ts";
import { transact } from "./transact.ts";

export const createPostgresAccountStore = (sql: Sql): AccountStore => ({
  register: (account, admission) => transact(sql, (tx) => registerAccount(tx, account, admission)),
  remove: (user) => transact(sql, (tx) => removeAccount(tx, user)),
  device: (device) => readDevice(sql, device),
  devicesOf: (user) => readDevicesOf(sql, user),
  vaultsOf: (asker) => readVaultsOf(sql, asker),
  accessTo: (vault, asker) => readAccess(sql, vault, asker),
  usage: (user) => readUsage(sql, user),
  payersOf: (vaults) => readPayers(sql, vaults),
  accounts: () => readAccounts(sql),
  vaultsHeldUp: (user) => readVaultsHeldUp(sql, user),
  deletionsDue: async (nowMs) => {
    const rows = await sql<{ user_id: string }[]>`
      select user_id from accounts where delete_after_ms <= ${nowMs} order by user_id`;
    return rows.map(({ user_id }) => storedId(userIds, user_id));
  },
  seen: async (devices, nowMs) => {
    // Two nodes that say so of the same devices lock them in one order.
    await sql`
      update devices set seen_at_ms = ${nowMs}
      where device_id in (
        select device_id from devices
        where device_id = any(${devices}) and coalesce(seen_at_ms < ${nowMs}, true)
        order by device_id for update
      )`;
  },
  createInvite: async ({ codeHash, createdAtMs, expiresAtMs }) => {
    await sql`
      insert into invites (code_hash, created_at_ms, expires_at_ms)
      values (${codeHash}, ${createdAtMs}, ${expiresAtMs})`;
  },
  useNonce: async (nonce, expiresAtMs) => {
    const used = await sql`
      insert into used_nonces (nonce, expires_at_ms)
      values (${loginNonces.toBytes(nonce)}, ${expiresAtMs})
      on conflict do nothing`;
    return used.count === 1;
  },
  setQuota: async (user, quotaByteLength) => {
    const set = await sql`
      update accounts set quota_byte_length = ${quotaByteLength ?? null} where user_id = ${user}`;
    return set.count === 1;
  },
  setDeletion: async (user, deleteAfterMs) => {
    const set = await sql`
      update accounts set delete_after_ms = ${deleteAfterMs ?? null} where user_id = ${user}`;
    return set.count === 1;
  },
  forgetExpired: async (nowMs) => {
    await sql`delete from used_nonces where expires_at_ms <= ${nowMs}`;
    await sql`delete from blob_tokens where expires_at_ms <= ${nowMs}`;
    await sql`delete from invites where expires_at_ms <= ${nowMs}`;
  },
});

const readDevice = async (sql: Sql, device: DeviceId): Promise<DeviceRow | undefined> => {
  const [row] = await sql<StoredDevice[]>`select * from devices where device_id = ${device}`;
  return row === undefined ? undefined : storedDevice(row);
};

const readDevicesOf = async (sql: Sql, user: UserId): Promise<readonly DeviceRow[]> => {
  const rows = await sql<StoredDevice[]>`
    select * from devices where user_id = ${user} order by device_id`;
  return rows.map(storedDevice);
};

/** The device that asks, if it is what it says and still one of its user's. */
const knownAsker = (sql: Sql, { user, device, scope }: Asker) => sql`
  d.device_id = ${device} and d.user_id = ${user} and d.scope = ${scope} and not d.is_revoked`;

const readVaultsOf = async (sql: Sql, asker: Asker): Promise<readonly VaultId[]> => {
  const opened =
    asker.scope === DeviceScope.Viewer
      ? sql`vault_viewers o on o.device_id = d.device_id and o.user_id = d.user_id`
      : sql`vault_members o on o.user_id = d.user_id`;
  const rows = await sql<{ vault_id: string }[]>`
    select o.vault_id from devices d join ${opened}
    where ${knownAsker(sql, asker)} order by o.vault_id limit ${limits.vaultsPerUserMax}`;
  return rows.map(({ vault_id }) => storedId(vaultIds, vault_id));
};

const readAccess = async (sql: Sql, vault: VaultId, asker: Asker): Promise<Access | undefined> => {
  if (asker.scope === DeviceScope.Viewer) {
    const granted = await sql`
      select from devices d
      join vault_viewers g on g.device_id = d.device_id and g.user_id = d.user_id
      where g.vault_id = ${vault} and ${knownAsker(sql, asker)}`;
    return granted.length === 0 ? undefined : { kind: "viewer" };
  }
  const [member] = await sql<{ role: number }[]>`
    select m.role from devices d join vault_members m on m.user_id = d.user_id
    where m.vault_id = ${vault} and ${knownAsker(sql, asker)}`;
  return member === undefined ? undefined : { kind: "member", role: storedRole(member.role) };
};

interface StoredUsage {
  readonly quota_byte_length: number | null;
  readonly delete_after_ms: number | null;
  readonly vault_id: string | null;
  readonly used_byte_length: number | null;
}

const readUsage = async (sql: Sql, user: UserId): Promise<Usage | undefined> => {
  const rows = await sql<StoredUsage[]>`
    select a.quota_byte_length, a.delete_after_ms, v.vault_id, v.used_byte_length
    from accounts a left join vaults v on v.payer = a.user_id
    where a.user_id = ${user} order by v.vault_id`;
  const [account] = rows;
  if (account === undefined) return undefined;
  const vaults = rows.flatMap(({ vault_id, used_byte_length }) =>
    vault_id === null
      ? []
      : [{ vault: storedId(vaultIds, vault_id), usedByteLength: used_byte_length ?? 0 }],
  );
  return {
    usedByteLength: vaults.reduce((sum, { usedByteLength }) => sum + usedByteLength, 0),
    quotaByteLength: account.quota_byte_length ?? undefined,
    vaults,
    deleteAfterMs: account.delete_after_ms ?? undefined,
  };
};

const readPayers = async (
  sql: Sql,
  vaults: readonly VaultId[],
): Promise<ReadonlyMap<VaultId, UserId>> => {
  const rows = await sql<{ vault_id: string; payer: string }[]>`
    select vault_id, payer from vaults where vault_id = any(${vaults})`;
  return new Map(
    rows.map(({ vault_id, payer }) => [storedId(vaultIds, vault_id), storedId(userIds, payer)]),
  );
};

interface StoredSummary {
  readonly user_id: string;
  readonly registered_at_ms: number;
  readonly used_byte_length: number;
  readonly quota_byte_length: number | null;
  readonly vault_count: number;
  readonly device_count: number;
  readonly seen_at_ms: number | null;
  readonly delete_after_ms: number | null;
}

const readAccounts = async (sql: Sql): Promise<readonly AccountSummary[]> => {
  const rows = await sql<StoredSummary[]>`
    select a.*, v.used_byte_length, v.vault_count, d.device_count, d.seen_at_ms
    from accounts a
    cross join lateral (
      select count(*) as vault_count, coalesce(sum(used_byte_length), 0)::bigint as used_byte_length
      from vaults where payer = a.user_id
    ) v
    cross join lateral (
      select count(*) filter (where not is_revoked) as device_count, max(seen_at_ms) as seen_at_ms
      from devices where user_id = a.user_id
    ) d
    order by a.user_id`;
  return rows.map((row) => ({
    user: storedId(userIds, row.user_id),
    registeredAtMs: row.registered_at_ms,
    usedByteLength: row.used_byte_length,
    quotaByteLength: row.quota_byte_length ?? undefined,
    vaultCount: row.vault_count,
    deviceCount: row.device_count,
    seenAtMs: row.seen_at_ms ?? undefined,
    deleteAfterMs: row.delete_after_ms ?? undefined,
  }));
};

const readVaultsHeldUp = async (sql: Sql, user: UserId): Promise<readonly VaultId[]> => {
  const rows = await sql<{ vault_id: string }[]>`
    select mine.vault_id
    from vault_members mine
    join vault_members theirs on theirs.vault_id = mine.vault_id and theirs.user_id <> mine.user_id
    join accounts a on a.user_id = theirs.user_id
    where mine.user_id = ${user} and mine.role = ${Role.Owner}
    group by mine.vault_id
    having max(theirs.role) < ${Role.Owner}
    order by mine.vault_id`;
  return rows.map(({ vault_id }) => storedId(vaultIds, vault_id));
};
