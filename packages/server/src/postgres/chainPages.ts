/**
 * What a reader lacks, by position. Positions have no gaps, so a query looks at a stretch of them whose
 * length it knows, and Postgres works out what fits before a body is read.
 *
 * Postgres plans for the average vault, and most are small: for a large one it would compare every row
 * with every other. So where one row is looked up for each of others, `offset 0` keeps that apart and by
 * its key; and where two lists are matched, the join is a full one, which is always done by sorting or
 * hashing, and the rows that it has too many are left out by a condition that does not give that away.
 */
import { sizes } from "@duro/crypto/types";
import { signedHeadByteLength, type VaultId, type Vector } from "@duro/protocol";
import type { Page, PageAsk, PlacedEnvelope } from "../ports/chainStore.ts";
import { rowToEnvelope } from "./chainRows.ts";
import { sqlList } from "./packed.ts";
import type { Sql } from "./sql.ts";

/** How many times longer the next stretch is where a reader lacked nothing of the one before. */
const stretchGrowth = 4;
/** What one query looks at, at most: some tens of milliseconds. */
const stretchCountMax = 16_384;

export const readPage = async (sql: Sql, ask: PageAsk): Promise<Page> => {
  const start = await startOf(sql, ask);
  if (start.isEnd) return { envelopes: [], toPosition: start.position, isEnd: true };
  let stretch = { after: start.position, count: fittingCount(ask) };
  for (;;) {
    const page = await readStretch(sql, ask, stretch);
    if (page.envelopes.length > 0 || page.isEnd) return page;
    const count = Math.max(stretch.count, Math.min(stretch.count * stretchGrowth, stretchCountMax));
    stretch = { after: page.toPosition, count };
  }
};

/** How many may fit: what is read beyond that is work for nothing where a reader grants little at a time. */
const fittingCount = ({ envelopeCountMax, byteLengthMax, wantsBodies }: PageAsk): number => {
  const byteLengthMin = signedHeadByteLength + (wantsBodies ? sizes.bodyByteLengthMin : 0);
  return Math.min(envelopeCountMax, Math.ceil(byteLengthMax / byteLengthMin) + 1);
};

/**
 * Where to begin: a reader who comes back has most of a vault. The first that it lacks is the one behind
 * its mark of some chain.
 */
const startOf = async (
  sql: Sql,
  { vault, vector, afterPosition }: PageAsk,
): Promise<{ readonly position: number; readonly isEnd: boolean }> => {
  if (afterPosition > 0 || vector.length === 0) return { position: afterPosition, isEnd: false };
  const [row] = await sql<{ newest: number; first_lacking: number | null }[]>`
    select ${newestPosition(sql, vault)} as newest, (
      select min(h.position)
      from (
        select chain_id, coalesce(mark.seq, 0) + 1 as next_seq
        from (select chain_id, seq from chains where vault_id = ${vault}) c
        full join (${marksOf(sql, vector)}) mark using (chain_id)
        where coalesce(c.seq, 0) > coalesce(mark.seq, 0)
      ) ahead cross join lateral (
        select position from envelope_heads
        where vault_id = ${vault} and chain_id = ahead.chain_id and seq = ahead.next_seq
        offset 0
      ) h
    ) as first_lacking`;
  const firstLacking = row?.first_lacking ?? undefined;
  return firstLacking === undefined
    ? { position: row?.newest ?? 0, isEnd: true }
    : { position: firstLacking - 1, isEnd: false };
};

const newestPosition = (sql: Sql, vault: VaultId) =>
  sql`coalesce((select position from vaults where vault_id = ${vault}), 0)`;

const marksOf = (sql: Sql, vector: Vector) => sql`
  select * from unnest(
    ${sqlList(vector.map(({ chain }) => chain))}::uuid[],
    ${sqlList(vector.map(({ seq }) => seq))}::bigint[]
  ) as mark (chain_id, seq)`;

interface Stretch {
  readonly after: number;
  readonly count: number;
}

interface PageRow {
  readonly position: number;
  readonly signed_head: Uint8Array | null;
  readonly body: Uint8Array | null;
}

/**
 * Two rows come without a head: where a limit is reached, the first that is beyond it; and always, one
 * position behind the vault's newest as this very query sees it. Told by rows and not by columns, since
 * columns would come with each of thousands of rows.
 */
const readStretch = async (sql: Sql, ask: PageAsk, { after, count }: Stretch): Promise<Page> => {
  const { vault, envelopeCountMax, byteLengthMax } = ask;
  const rows = await sql<PageRow[]>`
    with counted as (
      select *, row_number() over up_to_here as number, sum(byte_length) over up_to_here as total
      from (${lackingIn(sql, ask, { after, count })}) lacking
      window up_to_here as (order by position rows unbounded preceding)
    ), judged as (
      select *, number = 1 or (number <= ${envelopeCountMax} and total <= ${byteLengthMax}) as fits,
        number <= 2
          or (number - 1 <= ${envelopeCountMax} and total - byte_length <= ${byteLengthMax})
          as follows_one_that_fits
      from counted
    )
    select position, case when fits then signed_head end as signed_head,
      case when fits then body end as body
    from judged where follows_one_that_fits
    union all select ${newestPosition(sql, vault)} + 1, null, null`;
  rows.sort((left, right) => left.position - right.position);
  const envelopes: PlacedEnvelope[] = [];
  for (const { position, signed_head, body } of rows)
    if (signed_head !== null) envelopes.push(rowToEnvelope({ position, signed_head, body }));
  const restAt = rows[envelopes.length]?.position ?? 1;
  const endAt = rows.at(-1)?.position ?? 1;
  const toPosition = Math.min(restAt - 1, after + count);
  return { envelopes, toPosition, isEnd: toPosition === endAt - 1 };
};

const lackingIn = (
  sql: Sql,
  { vault, vector, wantsBodies }: PageAsk,
  { after, count }: Stretch,
) => {
  const bodies = sql`full join (
    select position, body from envelope_bodies
    where vault_id = ${vault} and position > ${after} and position <= ${after + count}
      and trashed_at_ms is null
  ) b on b.position = h.position`;
  const withBody = sql`b.body, ${signedHeadByteLength}::int
    + case when b.position is null then 0 else h.body_byte_length end as byte_length`;
  const withoutBody = sql`null::bytea as body, ${signedHeadByteLength}::int as byte_length`;
  const marks = sql`full join (${marksOf(sql, vector)}) mark on mark.chain_id = h.chain_id`;
  return sql`
    select h.position, h.signed_head, ${wantsBodies ? withBody : withoutBody}
    from (
      select position, chain_id, seq, body_byte_length, signed_head from envelope_heads
      where vault_id = ${vault} and position > ${after} and position <= ${after + count}
    ) h
    ${wantsBodies ? bodies : sql``} ${vector.length > 0 ? marks : sql``}
    where coalesce(h.seq, 0) > ${vector.length > 0 ? sql`coalesce(mark.seq, 0)` : sql`0`}`;
};
