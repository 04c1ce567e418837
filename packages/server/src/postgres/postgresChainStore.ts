/** Chains in Postgres. Appends have connections of their own; everything else goes through the pool. */
import { type ChainId, chainIds, envelopeIds, type VaultId, vaultIds } from "@duro/protocol";
import type { ChainName, ChainStore } from "../ports/chainStore.ts";
import { createAppend } from "./appendTrips.ts";
import { readPage } from "./chainPages.ts";
import { type ChainRow, type EnvelopeRow, rowToChain, rowToEnvelope } from "./chainRows.ts";
import { createLanes } from "./lanes.ts";
import { packBytes, sqlList } from "./packed.ts";
import { type Sql, storedId } from "./sql.ts";

export interface PostgresChainStore extends ChainStore {
  /** Ends the connections of its own. */
  close(): Promise<void>;
}

export interface ChainStoreOptions {
  /** Appends at a time; more of them wait. */
  readonly laneCount?: number;
}

/** An appender has two going, and evidence of a fork comes aside. */
const laneCountDefault = 3;

export const createPostgresChainStore = (
  sql: Sql,
  { laneCount = laneCountDefault }: ChainStoreOptions = {},
): PostgresChainStore => {
  const lanes = createLanes(sql, laneCount);
  return {
    append: createAppend(lanes),
    chain: (name) => readChain(sql, name),
    position: async (vault) => (await readPositions(sql, [vault])).get(vault),
    positions: (vaults) => readPositions(sql, vaults),
    heads: (vault) => readHeads(sql, vault),
    range: (name, fromSeq, count, wantsBodies) =>
      readRange(sql, name, { fromSeq, count, wantsBodies }),
    bodies: (name, seqs, byteLengthMax) => readBodies(sql, name, seqs, byteLengthMax),
    page: (ask) => readPage(sql, ask),
    fillBodies: (vault, bodies) => fillBodies(sql, vault, bodies),
    close: () => lanes.close(),
  };
};

const readChain = async (sql: Sql, name: ChainName) => {
  const [row] = await sql<ChainRow[]>`
    select user_id, device_id, incarnation, encode(opened_under, 'hex') as opened_under, seq,
      encode(head_id, 'hex') as head_id, epoch, log_index, written_at_ms
    from chains where vault_id = ${name.vault} and chain_id = ${name.chain}`;
  return row === undefined ? undefined : rowToChain(name, row);
};

const readPositions = async (sql: Sql, vaults: readonly VaultId[]) => {
  const rows = await sql<{ vault_id: string; position: number }[]>`
    select vault_id, position from vaults where vault_id = any(${sqlList(vaults)}::uuid[])`;
  return new Map(rows.map((row) => [storedId(vaultIds, row.vault_id), row.position]));
};

/** One statement, so that no chain is further than the counter says. */
const readHeads = async (sql: Sql, vault: VaultId) => {
  const rows = await sql<
    { position: number; chain_id: string | null; seq: number; head_id: string }[]
  >`
    select position, chain_id, seq, encode(head_id, 'hex') as head_id
    from vaults left join chains using (vault_id)
    where vault_id = ${vault} order by chain_id`;
  return {
    position: rows[0]?.position ?? 0,
    chains: rows.flatMap(({ chain_id, seq, head_id }) =>
      chain_id === null
        ? []
        : [
            {
              chain: storedId<ChainId>(chainIds, chain_id),
              seq,
              id: storedId(envelopeIds, head_id),
            },
          ],
    ),
  };
};

interface Range {
  readonly fromSeq: number;
  readonly count: number;
  readonly wantsBodies: boolean;
}

const readRange = async (sql: Sql, { vault, chain }: ChainName, range: Range) => {
  const { fromSeq, count, wantsBodies } = range;
  const rows = await sql<EnvelopeRow[]>`
    select h.position, h.signed_head, ${wantsBodies ? sql`b.body` : sql`null::bytea as body`}
    from envelope_heads h ${wantsBodies ? bodyOfHead(sql, vault) : sql``}
    where h.vault_id = ${vault} and h.chain_id = ${chain}
      and h.seq >= ${fromSeq} and h.seq < ${fromSeq + count}
    order by h.seq`;
  return rows.map(rowToEnvelope);
};

/** Each by its key, whatever Postgres believes of a vault: see chainPages.ts. */
const bodyOfHead = (sql: Sql, vault: VaultId) => sql`
  left join lateral (
    select position, body from envelope_bodies
    where vault_id = ${vault} and position = h.position and trashed_at_ms is null
    offset 0
  ) b on true`;

/** The lengths are summed up before any body is read. */
const readBodies = async (
  sql: Sql,
  { vault, chain }: ChainName,
  seqs: readonly number[],
  byteLengthMax: number,
) => {
  const rows = await sql<EnvelopeRow[]>`
    select position, signed_head,
      case when total <= ${byteLengthMax} or total = byte_length then body end as body
    from (
      select *, sum(byte_length) over (order by seq rows unbounded preceding) as total
      from (
        select h.seq, h.position, h.signed_head, b.body,
          case when b.position is null then 0 else h.body_byte_length end as byte_length
        from unnest(${sqlList([...new Set(seqs)])}::bigint[]) as wanted (seq)
        cross join lateral (
          select seq, position, signed_head, body_byte_length from envelope_heads
          where vault_id = ${vault} and chain_id = ${chain} and seq = wanted.seq
          offset 0
        ) h ${bodyOfHead(sql, vault)}
      ) found
    ) counted
    order by seq`;
  return rows.map(rowToEnvelope);
};

/** Rising, so that two who bring the same never wait for each other. */
const fillBodies: (
  sql: Sql,
  ...filled: Parameters<ChainStore["fillBodies"]>
) => Promise<void> = async (sql, vault, bodies) => {
  const rising = bodies.toSorted((left, right) => left.position - right.position);
  let end = 1;
  const starts = rising.map(({ body }) => (end += body.length) - body.length);
  await sql`
    with filled as (
      insert into envelope_bodies (vault_id, position, body)
      select ${vault}, position,
        substr((select decode(${packBytes(rising.map(({ body }) => body))}, 'base64')), start, byte_length)
      from unnest(
        ${sqlList(rising.map(({ position }) => position))}::bigint[],
        ${sqlList(starts)}::int[],
        ${sqlList(rising.map(({ body }) => body.length))}::int[]
      ) as brought (position, start, byte_length)
      cross join lateral (
        select body_byte_length from envelope_heads
        where vault_id = ${vault} and position = brought.position
        offset 0
      ) h
      where h.body_byte_length = byte_length
      order by position
      on conflict do nothing
      returning octet_length(body) as byte_length
    )
    update vaults set used_byte_length = used_byte_length + added.byte_length
    from (select sum(byte_length) as byte_length from filled) added
    where vault_id = ${vault} and added.byte_length is not null`;
};
