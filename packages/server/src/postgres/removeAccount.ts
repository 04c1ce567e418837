/**
 * How an account ends, in one transaction: locks first, in the order in which those who append take
 * them, so that what is decided here stays true until it is done.
 */
import type { UserId, VaultId } from "@duro/protocol";
import { vaultIds } from "@duro/protocol";
import { storedId } from "./sql.ts";
import type { Transaction } from "./transact.ts";

/** Every table that has something under a vault. */
const vaultTables = [
  "vault_records",
  "vault_members",
  "vault_viewers",
  "vault_identities",
  "chains",
  "envelope_heads",
  "envelope_bodies",
  "forked_heads",
  "checkpoints",
  "attests",
  "blob_tokens",
  // Before its chunks: one that is just being put finds no blob, and goes with the others.
  "blobs",
  "blob_chunks",
  "vaults",
] as const;

/** Gigabytes of chunks take minutes, and half of a deletion is none. */
const removalTimeout = "30min";

/** "gone": one account after the other, or the last two members of a vault would each leave it to the other. */
const removalLockKey = 0x676f_6e65;

export const removeAccount = async (tx: Transaction, user: UserId): Promise<void> => {
  await tx`
    select set_config('statement_timeout', ${removalTimeout}, true),
      set_config('lock_timeout', ${removalTimeout}, true)`;
  await tx`select pg_advisory_xact_lock(${removalLockKey})`;
  const logs = await holdLogs(tx, user);
  const account = await tx`delete from accounts where user_id = ${user}`;
  if (account.count === 0) return;
  const vaults = await holdVaults(tx, user);
  await removeUnused(tx, vaults);
  await changePayer(tx, user);
  await tx`
    delete from blob_tokens
    where device_id in (select device_id from devices where user_id = ${user})`;
  await tx`delete from devices where user_id = ${user}`;
  await tx`delete from invites where used_by = ${user}`;
  await removeUnneededLogs(tx, logs);
};

/** The user's own, and those that outlived an account because of one of the user's vaults. */
const holdLogs = async (tx: Transaction, user: UserId): Promise<readonly string[]> => {
  const rows = await tx<{ user_id: string }[]>`
    select user_id from identity_records r
    where record_index = 0 and (
      user_id = ${user} or (
        user_id in (
          select i.user_id from vault_identities i join vaults v using (vault_id)
          where v.payer = ${user}
            or v.vault_id in (select vault_id from vault_members where user_id = ${user})
        )
        and not exists (select from accounts a where a.user_id = r.user_id)
      )
    )
    order by user_id for update`;
  return rows.map(({ user_id }) => user_id);
};

/** Held, so that nothing is written under one that goes. */
const holdVaults = async (tx: Transaction, user: UserId): Promise<readonly VaultId[]> => {
  const rows = await tx<{ vault_id: string }[]>`
    select vault_id from vaults
    where payer = ${user} or vault_id in (select vault_id from vault_members where user_id = ${user})
    order by vault_id for update`;
  return rows.map(({ vault_id }) => storedId(vaultIds, vault_id));
};

/** Whoever has no account can open nothing, so a vault needs one member who has. */
const removeUnused = async (tx: Transaction, vaults: readonly VaultId[]): Promise<void> => {
  const rows = await tx<{ vault_id: string }[]>`
    select vault_id from vaults v
    where vault_id = any(${vaults}) and not exists (
      select from vault_members m join accounts a using (user_id) where m.vault_id = v.vault_id
    )`;
  const unused = rows.map(({ vault_id }) => vault_id);
  if (unused.length === 0) return;
  for (const table of vaultTables)
    await tx`delete from ${tx(table)} where vault_id = any(${unused})`;
};

const changePayer = async (tx: Transaction, user: UserId): Promise<void> => {
  await tx`
    update vaults v set payer = (
      select m.user_id from vault_members m join accounts a using (user_id)
      where m.vault_id = v.vault_id order by m.role desc, m.user_id limit 1
    )
    where payer = ${user}`;
};

/** A vault relies on every member it ever had: the record that adds somebody pins them. */
const removeUnneededLogs = async (tx: Transaction, users: readonly string[]): Promise<void> => {
  await tx`
    delete from identity_records r
    where user_id = any(${users})
      and not exists (select from accounts a where a.user_id = r.user_id)
      and not exists (select from vault_identities i where i.user_id = r.user_id)`;
};
