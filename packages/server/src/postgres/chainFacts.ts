/** What an append writes beside its envelopes: chains that begin, and what the relay reads in clear. */
import { envelopeIds, recordIds, signedHeadByteLength } from "@duro/protocol";
import type { AttestRow, CheckpointRow, ForkedHead, StoredChain } from "../ports/chainStore.ts";
import type { Statement } from "./lanes.ts";
import { numberedBytes, numberedId, sqlList } from "./packed.ts";
import type { Sql } from "./sql.ts";

export const insertChains = (sql: Sql, chains: readonly StoredChain[]): Statement => {
  const openings = chains.map(({ openedUnder }) => openedUnder);
  const heads = chains.map(({ headId }) => headId);
  return sql`
    insert into chains (vault_id, chain_id, user_id, device_id, incarnation, opened_under, seq,
      head_id, epoch, log_index, written_at_ms)
    select vault_id, chain_id, user_id, device_id, incarnation,
      ${numberedId(sql, recordIds, openings)}, seq, ${numberedId(sql, envelopeIds, heads)}, epoch,
      log_index, written_at_ms
    from unnest(
      ${sqlList(chains.map(({ vault }) => vault))}::uuid[],
      ${sqlList(chains.map(({ chain }) => chain))}::uuid[],
      ${sqlList(chains.map(({ user }) => user))}::uuid[],
      ${sqlList(chains.map(({ device }) => device))}::uuid[],
      ${sqlList(chains.map(({ incarnation }) => incarnation))}::uuid[],
      ${sqlList(chains.map(({ seq }) => seq))}::bigint[],
      ${sqlList(chains.map(({ epoch }) => epoch))}::bigint[],
      ${sqlList(chains.map(({ logIndex }) => logIndex))}::bigint[],
      ${sqlList(chains.map(({ writtenAtMs }) => writtenAtMs))}::bigint[]
    ) with ordinality as opened (vault_id, chain_id, user_id, device_id, incarnation, seq, epoch,
      log_index, written_at_ms, number)`;
};

export const insertCheckpoints = (sql: Sql, checkpoints: readonly CheckpointRow[]): Statement => {
  const envelopes = checkpoints.map(({ envelope }) => envelope);
  return sql`
    insert into checkpoints (vault_id, position, envelope_id, user_id, device_id, is_purge,
      stored_at_ms)
    select vault_id, position, ${numberedId(sql, envelopeIds, envelopes)}, user_id, device_id,
      is_purge, stored_at_ms
    from unnest(
      ${sqlList(checkpoints.map(({ vault }) => vault))}::uuid[],
      ${sqlList(checkpoints.map(({ position }) => position))}::bigint[],
      ${sqlList(checkpoints.map(({ user }) => user))}::uuid[],
      ${sqlList(checkpoints.map(({ device }) => device))}::uuid[],
      ${sqlList(checkpoints.map(({ isPurge }) => isPurge))}::boolean[],
      ${sqlList(checkpoints.map(({ storedAtMs }) => storedAtMs))}::bigint[]
    ) with ordinality as made (vault_id, position, user_id, device_id, is_purge, stored_at_ms,
      number)`;
};

export const insertAttests = (sql: Sql, attests: readonly AttestRow[]): Statement => {
  const checkpoints = attests.map(({ checkpoint }) => checkpoint);
  return sql`
    insert into attests (vault_id, position, checkpoint_id, user_id, device_id, is_ok)
    select vault_id, position, ${numberedId(sql, envelopeIds, checkpoints)}, user_id, device_id,
      is_ok
    from unnest(
      ${sqlList(attests.map(({ vault }) => vault))}::uuid[],
      ${sqlList(attests.map(({ position }) => position))}::bigint[],
      ${sqlList(attests.map(({ user }) => user))}::uuid[],
      ${sqlList(attests.map(({ device }) => device))}::uuid[],
      ${sqlList(attests.map(({ isOk }) => isOk))}::boolean[]
    ) with ordinality as said (vault_id, position, user_id, device_id, is_ok, number)`;
};

/** The same evidence may come twice. */
export const insertForks = (sql: Sql, forks: readonly ForkedHead[]): Statement => {
  const envelopes = forks.map(({ envelope }) => envelope);
  const heads = forks.map(({ signedHead }) => signedHead);
  return sql`
    insert into forked_heads (vault_id, chain_id, seq, envelope_id, signed_head, seen_at_ms)
    select vault_id, chain_id, seq, ${numberedId(sql, envelopeIds, envelopes)},
      ${numberedBytes(sql, signedHeadByteLength, heads)}, seen_at_ms
    from unnest(
      ${sqlList(forks.map(({ vault }) => vault))}::uuid[],
      ${sqlList(forks.map(({ chain }) => chain))}::uuid[],
      ${sqlList(forks.map(({ seq }) => seq))}::bigint[],
      ${sqlList(forks.map(({ seenAtMs }) => seenAtMs))}::bigint[]
    ) with ordinality as seen (vault_id, chain_id, seq, seen_at_ms, number)
    on conflict do nothing`;
};
