/** What the tidying reads of a vault that it holds. */
import { type BlobId, blobIds, chainIds, type EnvelopeId, type VaultId } from "@duro/protocol";
import type { ChainPlace } from "../ports/tidyStore.ts";
import { type ChainRow, rowToChain } from "./chainRows.ts";
import { plainBytes } from "./logRows.ts";
import { sqlList } from "./packed.ts";
import { storedBytesId, storedId } from "./sql.ts";
import { storedMark } from "../tidy/storedMark.ts";
import {
  type AttestColumns,
  bodyPlace,
  type BodyRow,
  type CheckpointColumns,
  storedAttest,
  storedCheckpoint,
} from "./tidyRows.ts";
import type { Transaction } from "./transact.ts";

/** What the plan is made of. */
export const readingRows = (tx: Transaction, vault: VaultId) => ({
  chains: async () => {
    const rows = await tx<(ChainRow & { chain_id: string })[]>`
      select chain_id, user_id, device_id, incarnation, encode(opened_under, 'hex') as opened_under,
        seq, encode(head_id, 'hex') as head_id, epoch, log_index, written_at_ms
      from chains where vault_id = ${vault}`;
    return rows.map((row) => rowToChain({ vault, chain: storedId(chainIds, row.chain_id) }, row));
  },

  checkpoints: async (countMax: number) => {
    const rows = await tx<CheckpointColumns[]>`
      select c.position, c.envelope_id, c.user_id, c.device_id, c.is_purge, c.stored_at_ms,
        h.chain_id, h.seq
      from (
        select * from checkpoints where vault_id = ${vault} order by position desc limit ${countMax}
      ) c join envelope_heads h using (vault_id, position)
      order by c.position`;
    return rows.map((row) => storedCheckpoint(vault, row));
  },

  attestsOn: async (checkpoints: readonly EnvelopeId[]) => {
    const rows = await tx<AttestColumns[]>`
      select position, checkpoint_id, user_id, device_id, is_ok, signed_head from (
        select distinct on (a.checkpoint_id, h.chain_id, a.is_ok)
          a.position, a.checkpoint_id, a.user_id, a.device_id, a.is_ok, h.signed_head
        from attests a join envelope_heads h using (vault_id, position)
        where a.vault_id = ${vault}
          and a.checkpoint_id in (
            select decode(id, 'hex') from unnest(${sqlList(checkpoints)}::text[]) id
          )
        order by a.checkpoint_id, h.chain_id, a.is_ok, h.seq
      ) first
      order by position`;
    return rows.map((row) => storedAttest(vault, row));
  },

  bodyStarts: async (positions: readonly number[], byteLength: number) => {
    const rows = await tx<{ position: number; start: Uint8Array }[]>`
      select position, substring(body from 1 for ${byteLength}) as start from envelope_bodies
      where vault_id = ${vault} and position = any(${sqlList(positions)}::bigint[])`;
    return new Map(rows.map(({ position, start }) => [position, plainBytes(start)]));
  },
});

/** What stands at places, and what is here of it. */
export const readingPlaces = (tx: Transaction, vault: VaultId) => ({
  marksAt: async (places: readonly ChainPlace[]) => {
    const rows = await tx<{ signed_head: Uint8Array }[]>`
      select h.signed_head from ${placesTable(tx, places)}
      join envelope_heads h
        on h.vault_id = ${vault} and h.chain_id = w.chain_id and h.seq = w.seq`;
    return rows.map(({ signed_head }) => storedMark(plainBytes(signed_head)));
  },

  wholeBlobs: async (blobs: readonly BlobId[]) => {
    const rows = await tx<{ blob_id: Uint8Array }[]>`
      select blob_id from blobs
      where vault_id = ${vault}
        and blob_id in (select decode(id, 'hex') from unnest(${sqlList(blobs)}::text[]) id)
        and missing_count = 0 and dropped_at_ms is null`;
    return new Set(rows.map(({ blob_id }) => storedBytesId(blobIds, blob_id)));
  },

  fullBeacons: async (upTo: readonly ChainPlace[]) => {
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

const placesTable = (tx: Transaction, places: readonly ChainPlace[]) => tx`
  unnest(
    ${sqlList(places.map(({ chain }) => chain))}::uuid[],
    ${sqlList(places.map(({ seq }) => seq))}::bigint[]
  ) as w (chain_id, seq)`;
