/**
 * What an append writes. All envelopes of a flush go as two texts, of heads and of bodies, and lists of
 * numbers that say what lies where: a parameter for each column of each row costs several times as much,
 * here and in Postgres.
 */
import { assert } from "@duro/crypto/types";
import { envelopeIds, signedHeadByteLength } from "@duro/protocol";
import type { ChainWrites, Held, StoredEnvelope } from "../ports/chainStore.ts";
import { insertAttests, insertChains, insertCheckpoints, insertForks } from "./chainFacts.ts";
import { chainKey } from "./chainLook.ts";
import { numberedBytes, numberedId, packBytes, sqlList } from "./packed.ts";
import type { Statement } from "./lanes.ts";
import type { Sql } from "./sql.ts";

export const writeStatements = (
  sql: Sql,
  held: Held,
  writes: ChainWrites,
): readonly Statement[] => {
  const { vaults, chains, runs, checkpoints, attests, forks } = writes;
  assert(
    vaults.every(({ vault }) => held.vaults.has(vault)),
    "only what is locked grows",
  );
  const newChains = chains.filter((chain) => held.chain(chain) === undefined);
  return [
    ...(vaults.length + chains.length + runs.length === 0 ? [] : [growVaults(sql, writes)]),
    ...(newChains.length === 0 ? [] : [insertChains(sql, newChains)]),
    ...(checkpoints.length === 0 ? [] : [insertCheckpoints(sql, checkpoints)]),
    ...(attests.length === 0 ? [] : [insertAttests(sql, attests)]),
    ...(forks.length === 0 ? [] : [insertForks(sql, forks)]),
  ];
};

/** Postgres counts from 1. */
const numbersOf = <Id>(ids: readonly Id[]): ReadonlyMap<Id, number> =>
  new Map(ids.map((id, index) => [id, index + 1]));

/** Says which of all envelopes belong to a run, and which vault and chain that is, by numbers from 1. */
const runLists = ({ vaults, chains, runs }: ChainWrites) => {
  const vaultNumbers = numbersOf(vaults.map(({ vault }) => vault));
  const chainNumbers = numbersOf(chains.map(chainKey));
  let envelopeNumber = 1;
  return runs.map((run) => {
    const [first] = run.envelopes;
    const vaultNumber = vaultNumbers.get(run.vault);
    const chainNumber = chainNumbers.get(chainKey(run));
    assert(first !== undefined, "a run has an envelope");
    assert(vaultNumber !== undefined && chainNumber !== undefined, "a run's vault and chain grow");
    const firstNumber = envelopeNumber;
    envelopeNumber += run.envelopes.length;
    return { ...run, vaultNumber, chainNumber, firstSeq: first.seq, firstNumber };
  });
};

/** Where each body begins in the text of all bodies, from 1; 0: it is not here. */
const bodyStarts = (envelopes: readonly StoredEnvelope[]): readonly number[] => {
  let end = 1;
  return envelopes.map(({ body, bodyByteLength }) => {
    if (body === undefined) return 0;
    assert(body.length === bodyByteLength, "a body is as long as its head says");
    const start = end;
    end += body.length;
    return start;
  });
};

const growVaults = (sql: Sql, writes: ChainWrites): Statement => {
  const { vaults } = writes;
  return sql`
    with named as materialized (select ${namedIds(sql, writes)}),
    ${growth(sql, writes)}
    update vaults set position = after.position,
      used_byte_length = used_byte_length + after.added_byte_length
    from named cross join unnest(
      ${sqlList(vaults.map(({ position }) => position))}::bigint[],
      ${sqlList(vaults.map(({ addedByteLength }) => addedByteLength))}::bigint[]
    ) with ordinality as after (position, added_byte_length, vault)
    where vault_id = vaults[after.vault]`;
};

export const namedIds = (sql: Sql, { vaults, chains }: ChainWrites) => sql`
  ${sqlList(vaults.map(({ vault }) => vault))}::uuid[] as vaults,
  ${sqlList(chains.map(({ chain }) => chain))}::uuid[] as chains`;

/**
 * Vaults and chains are named once and then by their numbers, since reading an id is what Postgres takes
 * most of its time for. Nothing is written where `named` has no row. Kind and flags are read out of the
 * heads. `offset 0` keeps Postgres from cutting a head out anew for each of its columns.
 */
export const growth = (sql: Sql, writes: ChainWrites) => {
  const runs = runLists(writes);
  const envelopes = runs.flatMap((run) => run.envelopes);
  const heads = envelopes.map(({ signedHead }) => signedHead);
  const bodies = packBytes(envelopes.flatMap(({ body }) => (body === undefined ? [] : [body])));
  return sql`
    envelope as materialized (
      select vaults[vault] as vault_id, chains[chain] as chain_id,
        first_seq + at as seq, first_position + at as position, first_number + at as number
      from named cross join unnest(
        ${sqlList(runs.map(({ vaultNumber }) => vaultNumber))}::int[],
        ${sqlList(runs.map(({ chainNumber }) => chainNumber))}::int[],
        ${sqlList(runs.map(({ firstSeq }) => firstSeq))}::bigint[],
        ${sqlList(runs.map(({ firstPosition }) => firstPosition))}::bigint[],
        ${sqlList(runs.map(({ firstNumber }) => firstNumber))}::int[],
        ${sqlList(runs.map((run) => run.envelopes.length))}::int[]
      ) as run (vault, chain, first_seq, first_position, first_number, count)
      cross join lateral generate_series(0, count - 1) as at
    ), placed as (
      select *, (${sqlList(envelopes.map(({ bodyByteLength }) => bodyByteLength))}::int[])[number]
          as body_byte_length,
        (${sqlList(bodyStarts(envelopes))}::int[])[number] as body_start
      from envelope
    ), head as (
      insert into envelope_heads
        (vault_id, chain_id, seq, position, kind, flags, body_byte_length, signed_head)
      select vault_id, chain_id, seq, position, get_byte(bytes, 2), get_byte(bytes, 3),
        body_byte_length, bytes
      from placed cross join lateral (
        select ${numberedBytes(sql, signedHeadByteLength, heads)} as bytes offset 0
      ) cut
    ), body as (
      insert into envelope_bodies (vault_id, position, body)
      select vault_id, position,
        substr((select decode(${bodies}, 'base64')), body_start, body_byte_length)
      from placed where body_start > 0
    ), chain as (
      update chains set seq = after.seq, head_id = after.head_id, epoch = after.epoch,
        log_index = after.log_index, written_at_ms = after.written_at_ms
      from (${chainsAfter(sql, writes)}) after
      where chains.vault_id = after.vault_id and chains.chain_id = after.chain_id
    )`;
};

const chainsAfter = (sql: Sql, { vaults, chains }: ChainWrites) => {
  const vaultNumbers = numbersOf(vaults.map(({ vault }) => vault));
  const chainVaults = chains.map(({ vault }) => {
    const number = vaultNumbers.get(vault);
    assert(number !== undefined, "a chain grows with its vault");
    return number;
  });
  const headId = numberedId(
    sql,
    envelopeIds,
    chains.map((chain) => chain.headId),
  );
  return sql`
    select vaults[vault] as vault_id, chains[number] as chain_id, seq, epoch, log_index,
      written_at_ms, ${headId} as head_id
    from named cross join unnest(
      ${sqlList(chainVaults)}::int[],
      ${sqlList(chains.map(({ seq }) => seq))}::bigint[],
      ${sqlList(chains.map(({ epoch }) => epoch))}::bigint[],
      ${sqlList(chains.map(({ logIndex }) => logIndex))}::bigint[],
      ${sqlList(chains.map(({ writtenAtMs }) => writtenAtMs))}::bigint[]
    ) with ordinality as after (vault, seq, epoch, log_index, written_at_ms, number)`;
};
