/** Logs in Postgres. A record is appended by one conditional write, so nobody needs a lock to compare. */
import { assert, err, LogKind, ok, recordIds, type Result } from "@duro/crypto/types";
import {
  type LogHead,
  type LogName,
  type UserId,
  userIds,
  type VaultId,
  vaultIds,
} from "@duro/protocol";
import type {
  DeviceRow,
  HeadMoved,
  LogStore,
  NewRecord,
  NewVaultRecord,
  PinnedLogGone,
  ReadLimit,
  VaultAccess,
} from "../ports/logStore.ts";
import {
  plainBytes,
  readIdentityHead,
  storedHead,
  type StoredHead,
  upsertDevices,
} from "./logRows.ts";
import { type Sql, storedId } from "./sql.ts";
import { type Transaction, transact } from "./transact.ts";

type Heads = ReadonlyMap<LogName["log"], LogHead>;
type Founding = Parameters<LogStore["appendVault"]>[3];

export const createPostgresLogStore = (sql: Sql): LogStore => ({
  head: async (name) => (await readHeads(sql, [name])).get(name.log),
  heads: (names) => readHeads(sql, names),
  read: (name, fromIndex, limit) => readRecords(sql, name, fromIndex, limit),
  appendIdentity: (user, record, devices) =>
    transact(sql, (tx) => appendIdentity(tx, user, record, devices)),
  appendVault: (vault, record, access, founding) => {
    assert((record.index === 0) === (founding !== undefined), "a genesis founds its vault");
    return transact(sql, (tx) => appendVault(tx, vault, record, access, founding));
  },
});

const readHeads = async (sql: Sql, names: readonly LogName[]): Promise<Heads> => {
  const users = names.flatMap((name) => (name.kind === LogKind.Identity ? [name.log] : []));
  const vaults = names.flatMap((name) => (name.kind === LogKind.Vault ? [name.log] : []));
  const [ofUsers, ofVaults] = await Promise.all([
    users.length === 0 ? [] : readIdentityHeads(sql, users),
    vaults.length === 0 ? [] : readVaultHeads(sql, vaults),
  ]);
  return new Map<LogName["log"], LogHead>([...ofUsers, ...ofVaults]);
};

const readIdentityHeads = async (
  sql: Sql,
  users: readonly UserId[],
): Promise<readonly (readonly [UserId, LogHead])[]> => {
  const rows = await sql<(StoredHead & { user_id: string })[]>`
    select u.user_id, newest.record_index, newest.record_id
    from unnest(${users}::uuid[]) as u (user_id) cross join lateral (
      select record_index, record_id from identity_records r
      where r.user_id = u.user_id order by record_index desc limit 1
    ) newest`;
  return rows.map((row) => [storedId(userIds, row.user_id), storedHead(row)]);
};

const readVaultHeads = async (
  sql: Sql | Transaction,
  vaults: readonly VaultId[],
): Promise<readonly (readonly [VaultId, LogHead])[]> => {
  const rows = await sql<(StoredHead & { vault_id: string })[]>`
    select vault_id, log_index as record_index, log_head as record_id
    from vaults where vault_id = any(${vaults})`;
  return rows.map((row) => [storedId(vaultIds, row.vault_id), storedHead(row)]);
};

/** The lengths are summed up before any record is fetched: Postgres knows them without its bytes. */
const readRecords = async (
  sql: Sql,
  { kind, log }: LogName,
  fromIndex: number,
  { recordCountMax, byteLengthMax }: ReadLimit,
): Promise<readonly Uint8Array[]> => {
  const table = kind === LogKind.Identity ? sql`identity_records` : sql`vault_records`;
  const owner = kind === LogKind.Identity ? sql`user_id` : sql`vault_id`;
  const rows = await sql<{ record: Uint8Array }[]>`
    select record from (
      select record_index, record, sum(octet_length(record)) over (order by record_index) as byte_length
      from ${table} where ${owner} = ${log} and record_index >= ${fromIndex}
      order by record_index limit ${recordCountMax}
    ) page
    where byte_length <= ${byteLengthMax} or record_index = ${fromIndex}
    order by record_index`;
  return rows.map(({ record }) => plainBytes(record));
};

const headMoved = (head: LogHead | undefined): Result<never, HeadMoved> =>
  err({ type: "HeadMoved", head });

/**
 * The place of a record is its key, so of two for one place the second is not inserted. The account is
 * held, so that it cannot be deleted meanwhile.
 */
const appendIdentity = async (
  tx: Transaction,
  user: UserId,
  record: NewRecord,
  devices: readonly DeviceRow[],
): Promise<Result<void, HeadMoved>> => {
  const appended = await tx`
    insert into identity_records (user_id, record_index, record_id, record)
    select a.user_id, ${record.index}, ${recordIds.toBytes(record.id)}, ${record.bytes}
    from accounts a join identity_records before on before.user_id = a.user_id
    where a.user_id = ${user} and before.record_index = ${record.index - 1}
      and before.record_id = ${recordIds.toBytes(record.previous)}
    for key share of a
    on conflict do nothing`;
  if (appended.count === 0) return headMoved(await readOwnHead(tx, user));
  await upsertDevices(tx, devices);
  return ok(undefined);
};

/** Of an account: a log that only outlives one takes no record. */
const readOwnHead = async (tx: Transaction, user: UserId): Promise<LogHead | undefined> => {
  const account = await tx`select from accounts where user_id = ${user}`;
  return account.length === 0 ? undefined : readIdentityHead(tx, user);
};

const appendVault = async (
  tx: Transaction,
  vault: VaultId,
  record: NewVaultRecord,
  access: VaultAccess,
  founding: Founding,
): Promise<Result<void, HeadMoved | PinnedLogGone>> => {
  if (!(await holdPinnedLogs(tx, record.pinned))) return err({ type: "PinnedLogGone" });
  const hasMoved = founding
    ? !(await foundVault(tx, vault, record, founding))
    : !(await advanceVault(tx, vault, record));
  if (hasMoved) return headMoved((await readVaultHeads(tx, [vault]))[0]?.[1]);
  await tx`
    insert into vault_records (vault_id, record_index, record_id, record)
    values (${vault}, ${record.index}, ${recordIds.toBytes(record.id)}, ${record.bytes})`;
  const pinned = record.pinned.map((user) => ({ vault_id: vault, user_id: user }));
  await tx`insert into vault_identities ${tx(pinned)} on conflict do nothing`;
  await replaceAccess(tx, vault, access);
  return ok(undefined);
};

/** A deletion of one of these accounts waits until the vault says that it relies on the log. */
const holdPinnedLogs = async (tx: Transaction, pinned: readonly UserId[]): Promise<boolean> => {
  assert(pinned.length > 0, "a record of a vault pins its author");
  const held = await tx`
    select from identity_records where user_id = any(${pinned}) and record_index = 0
    order by user_id for key share`;
  return held.length === pinned.length;
};

/**
 * False when somebody founded it before, or the payer has no account any more. Their account cannot go
 * meanwhile, since their log is held.
 */
const foundVault = async (
  tx: Transaction,
  vault: VaultId,
  record: NewVaultRecord,
  { payer, nowMs }: NonNullable<Founding>,
): Promise<boolean> => {
  assert(record.pinned.includes(payer), "a genesis pins its author, who pays");
  const founded = await tx`
    insert into vaults (vault_id, payer, log_index, log_head, created_at_ms)
    select ${vault}, user_id, ${record.index}, ${recordIds.toBytes(record.id)}, ${nowMs}
    from accounts where user_id = ${payer}
    on conflict do nothing`;
  return founded.count === 1;
};

const advanceVault = async (
  tx: Transaction,
  vault: VaultId,
  record: NewRecord,
): Promise<boolean> => {
  const advanced = await tx`
    update vaults set log_index = ${record.index}, log_head = ${recordIds.toBytes(record.id)}
    where vault_id = ${vault} and log_index = ${record.index - 1}
      and log_head = ${recordIds.toBytes(record.previous)}`;
  return advanced.count === 1;
};

const replaceAccess = async (
  tx: Transaction,
  vault: VaultId,
  { members, viewers }: VaultAccess,
): Promise<void> => {
  await tx`delete from vault_members where vault_id = ${vault}`;
  await tx`delete from vault_viewers where vault_id = ${vault}`;
  const memberRows = members.map(({ user, role }) => ({ vault_id: vault, user_id: user, role }));
  if (memberRows.length > 0) await tx`insert into vault_members ${tx(memberRows)}`;
  const viewerRows = viewers.map(({ user, device }) => ({
    vault_id: vault,
    device_id: device,
    user_id: user,
  }));
  if (viewerRows.length > 0) await tx`insert into vault_viewers ${tx(viewerRows)}`;
};
