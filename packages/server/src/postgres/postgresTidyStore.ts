/**
 * Tidying in Postgres. Whoever appends to a vault updates its row, so holding the row holds the vault
 * still; nothing else is waited for while it is held.
 */
import { bytesToHex, recordIds } from "@duro/crypto/types";
import { blobIds, chainIds, type VaultId, vaultIds } from "@duro/protocol";
import type { BodyChanges, StillVault, Tidied, TidyStore } from "../ports/tidyStore.ts";
import { storedMark } from "../tidy/storedMark.ts";
import { type ChainRow, rowToChain, sqlList } from "./chainRows.ts";
import { plainBytes } from "./logRows.ts";
import { type Sql, storedBytesId, storedId } from "./sql.ts";
import {
  type AttestColumns,
  bodyPlace,
  type BodyRow,
  type CheckpointColumns,
  storedAttest,
  storedCheckpoint,
} from "./tidyRows.ts";
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
  ...reading(tx, vault),
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

const reading = (tx: Transaction, vault: VaultId) => ({
  chains: async () => {
    const rows = await tx<(ChainRow & { chain_id: string })[]>`
      select chain_id, user_id, device_id, incarnation, encode(opened_under, 'hex') as opened_under,
        seq, encode(head_id, 'hex') as head_id, epoch, log_index, written_at_ms
      from chains where vault_id = ${vault}`;
    return rows.map((row) => rowToChain({ vault, chain: storedId(chainIds, row.chain_id) }, row));
  },

  checkpoints: async () => {
    const rows = await tx<CheckpointColumns[]>`
      select c.position, c.envelope_id, c.user_id, c.device_id, c.is_purge, c.stored_at_ms,
        h.chain_id, h.seq
      from checkpoints c join envelope_heads h using (vault_id, position)
      where c.vault_id = ${vault} order by c.position`;
    return rows.map((row) => storedCheckpoint(vault, row));
  },

  attests: async () => {
    const rows = await tx<AttestColumns[]>`
      select a.position, a.checkpoint_id, a.user_id, a.device_id, a.is_ok, h.signed_head
      from attests a join envelope_heads h using (vault_id, position)
      where a.vault_id = ${vault} order by a.position`;
    return rows.map((row) => storedAttest(vault, row));
  },

  bodyStart: async (position: number, byteLength: number) => {
    const [row] = await tx<{ start: Uint8Array }[]>`
      select substring(body from 1 for ${byteLength}) as start from envelope_bodies
      where vault_id = ${vault} and position = ${position}`;
    return row && plainBytes(row.start);
  },

  marksAt: async (places: Parameters<StillVault["marksAt"]>[0]) => {
    const rows = await tx<{ signed_head: Uint8Array }[]>`
      select h.signed_head from ${placesTable(tx, places)}
      join envelope_heads h
        on h.vault_id = ${vault} and h.chain_id = w.chain_id and h.seq = w.seq`;
    return rows.map(({ signed_head }) => storedMark(plainBytes(signed_head)));
  },

  wholeBlobs: async (blobs: Parameters<StillVault["wholeBlobs"]>[0]) => {
    const rows = await tx<{ blob_id: Uint8Array }[]>`
      select blob_id from blobs
      where vault_id = ${vault}
        and blob_id in (select decode(id, 'hex') from unnest(${sqlList(blobs)}::text[]) id)
        and missing_count = 0 and dropped_at_ms is null`;
    return new Set(rows.map(({ blob_id }) => storedBytesId(blobIds, blob_id)));
  },

  fullBeacons: async (upTo: Parameters<StillVault["fullBeacons"]>[0]) => {
    const rows = await tx<{ chain_id: string; seq: number }[]>`
      select w.chain_id, newest.seq
      from ${placesTable(tx, upTo)} cross join lateral (
        select h.seq from envelope_heads h
        where h.vault_id = ${vault} and h.chain_id = w.chain_id and h.seq <= w.seq
          -- a BEACON, full: as the index on these says
          and h.kind = 3 and h.flags = 1
          and exists (
            select from envelope_bodies b where b.vault_id = ${vault} and b.position = h.position
          )
        order by h.seq desc limit 1
      ) newest`;
    return rows.map(({ chain_id, seq }) => ({ chain: storedId(chainIds, chain_id), seq }));
  },

  bodies: async (afterPosition: number, countMax: number) => {
    const rows = await tx<BodyRow[]>`
      select b.position, b.trashed_at_ms, h.chain_id, h.seq, h.kind, h.body_byte_length
      from envelope_bodies b join envelope_heads h using (vault_id, position)
      where b.vault_id = ${vault} and b.position > ${afterPosition}
      order by b.position limit ${countMax}`;
    return rows.map(bodyPlace);
  },

  oldestTrashedAtMs: async () => {
    const [row] = await tx<{ oldest: number | null }[]>`
      select min(trashed_at_ms) as oldest from envelope_bodies
      where vault_id = ${vault} and trashed_at_ms is not null`;
    return row?.oldest ?? undefined;
  },
});

const placesTable = (tx: Transaction, places: Parameters<StillVault["marksAt"]>[0]) => tx`
  unnest(
    ${sqlList(places.map(({ chain }) => chain))}::uuid[],
    ${sqlList(places.map(({ seq }) => seq))}::bigint[]
  ) as w (chain_id, seq)`;

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
