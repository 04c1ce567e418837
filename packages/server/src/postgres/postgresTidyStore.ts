/**
 * Tidying in Postgres. Whoever appends to a vault updates its row, so holding the row holds the vault
 * still; nothing else is waited for while it is held.
 */
import { bytesToHex, recordIds } from "@duro/crypto/types";
import { type VaultId, vaultIds } from "@duro/protocol";
import type { BodyChanges, StillVault, Tidied, TidyStore } from "../ports/tidyStore.ts";
import { sqlList } from "./packed.ts";
import { type Sql, storedBytesId, storedId } from "./sql.ts";
import { readingPlaces, readingRows } from "./tidyReads.ts";
import { withLock } from "./tidyLock.ts";
import { transact, type Transaction } from "./transact.ts";

/** "tidy" */
const tidyingLockKey = 0x7469_6479;

export const createPostgresTidyStore = (sql: Sql): TidyStore => ({
  alone: (work) => withLock(sql, tidyingLockKey, work),

  vaultsToTidy: async (nowMs, after, countMax) => {
    const rows = await sql<{ vault_id: string }[]>`
      select vault_id from vaults
      where (${after ?? null}::uuid is null or vault_id > ${after ?? null}::uuid)
        and (position > tidied_position or log_index > tidied_log_index or tidy_due_ms <= ${nowMs})
      order by vault_id limit ${countMax}`;
    return rows.map(({ vault_id }) => storedId(vaultIds, vault_id));
  },

  hold: (vault, work) =>
    transact(sql, async (tx) => {
      const [row] = await tx<VaultRow[]>`
        select position, log_index, log_head, tidied_position, tidied_log_index, tidied_plan,
          tidy_due_ms
        from vaults where vault_id = ${vault} for no key update`;
      return row && work(stillVault(tx, vault, row));
    }),
});

interface VaultRow {
  readonly position: number;
  readonly log_index: number;
  readonly log_head: Uint8Array;
  readonly tidied_position: number;
  readonly tidied_log_index: number;
  readonly tidied_plan: Uint8Array | null;
  readonly tidy_due_ms: number | null;
}

const stillVault = (tx: Transaction, vault: VaultId, row: VaultRow): StillVault => ({
  ...readingRows(tx, vault),
  ...readingPlaces(tx, vault),
  vault,
  position: row.position,
  logHead: { index: row.log_index, id: storedBytesId(recordIds, row.log_head) },
  tidied: {
    position: row.tidied_position,
    logIndex: row.tidied_log_index,
    plan: row.tidied_plan === null ? undefined : bytesToHex(row.tidied_plan),
    dueAtMs: row.tidy_due_ms ?? undefined,
  },
  change: (changes, nowMs) => changeBodies(tx, vault, changes, nowMs),
  setTidied: (tidied) => setTidied(tx, vault, tidied),
});

const changeBodies = async (
  tx: Transaction,
  vault: VaultId,
  { trash, restore, remove }: BodyChanges,
  nowMs: number,
): Promise<number> => {
  if (trash.length > 0)
    await tx`
      update envelope_bodies set trashed_at_ms = ${nowMs}
      where vault_id = ${vault} and position = any(${sqlList(trash)}::bigint[])`;
  if (restore.length > 0)
    await tx`
      update envelope_bodies set trashed_at_ms = null
      where vault_id = ${vault} and position = any(${sqlList(restore)}::bigint[])`;
  return remove.length === 0 ? 0 : removeBodies(tx, vault, remove);
};

const removeBodies = async (
  tx: Transaction,
  vault: VaultId,
  positions: readonly number[],
): Promise<number> => {
  const [removed] = await tx<{ byte_length: number | null }[]>`
    with removed as (
      delete from envelope_bodies
      where vault_id = ${vault} and position = any(${sqlList(positions)}::bigint[])
      returning octet_length(body) as byte_length
    )
    select sum(byte_length)::bigint as byte_length from removed`;
  const byteLength = removed?.byte_length ?? 0;
  await tx`
    update vaults set used_byte_length = used_byte_length - ${byteLength}
    where vault_id = ${vault}`;
  await tx`
    with removed as (
      delete from checkpoints
      where vault_id = ${vault} and position = any(${sqlList(positions)}::bigint[])
      returning envelope_id
    )
    delete from attests
    where vault_id = ${vault} and checkpoint_id in (select envelope_id from removed)`;
  return byteLength;
};

const setTidied = async (
  tx: Transaction,
  vault: VaultId,
  { position, logIndex, plan, dueAtMs }: Tidied,
): Promise<void> => {
  await tx`
    update vaults
    set tidied_position = ${position}, tidied_log_index = ${logIndex},
      tidied_plan = ${plan === undefined ? null : Buffer.from(plan, "hex")}, tidy_due_ms = ${dueAtMs ?? null}
    where vault_id = ${vault}`;
};
