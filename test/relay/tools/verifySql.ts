/** What the tables say by themselves, whatever the relay says of them: counters without gaps, nothing half. */
import { readFileSync } from "node:fs";
import { placesIn, socketPathIn } from "../../../packages/server/src/embedded/places.ts";
import { databaseName, databaseUser } from "../../../packages/server/src/embedded/session.ts";
import {
  connectSql,
  type PostgresAddress,
  type Sql,
} from "../../../packages/server/src/postgres/sql.ts";
import { fault, type Ledger } from "./ledger.ts";

/** Of the Postgres that a relay runs on this folder, as long as it runs. */
export const addressIn = (dataFolder: string): PostgresAddress => {
  const { password, socketFolder } = placesIn(dataFolder);
  return {
    kind: "socket",
    path: socketPathIn(socketFolder),
    user: databaseUser,
    password: readFileSync(password, "utf8").trim(),
    database: databaseName,
  };
};

/** The same, as an operator would name it for another relay. */
export const databaseUrlIn = (dataFolder: string): string => {
  const { password } = placesIn(dataFolder);
  const url = new URL(`postgres://localhost/${databaseName}`);
  url.username = databaseUser;
  url.password = readFileSync(password, "utf8").trim();
  url.searchParams.set("host", placesIn(dataFolder).socketFolder);
  return url.href;
};

/** Each gives one row for each thing that is wrong. */
const questions = (sql: Sql) => ({
  "positions are not 1 to n": sql`
    select from vaults v left join envelope_heads e using (vault_id)
    group by v.vault_id, v.position
    having count(e.position) <> v.position or coalesce(min(e.position), 1) <> 1
      or coalesce(max(e.position), 0) <> v.position`,
  "a chain is not 1 to its seq": sql`
    select from chains c left join envelope_heads e using (vault_id, chain_id)
    group by c.vault_id, c.chain_id, c.seq
    having count(e.seq) <> c.seq or coalesce(max(e.seq), 0) <> c.seq`,
  "a head has no chain": sql`
    select from envelope_heads e
    where not exists (
      select from chains c where c.vault_id = e.vault_id and c.chain_id = e.chain_id)`,
  "a head has no body, or a body no head": sql`
    select from envelope_heads e full join envelope_bodies b using (vault_id, position)
    where e.position is null or b.position is null
      or octet_length(b.body) <> e.body_byte_length`,
  "a vault's log is not 0 to its index": sql`
    select from vaults v left join vault_records r using (vault_id)
    group by v.vault_id, v.log_index
    having count(r.record_index) <> v.log_index + 1 or max(r.record_index) <> v.log_index`,
  "an identity log has a gap": sql`
    select from identity_records group by user_id
    having count(*) <> max(record_index) + 1`,
  "a blob misses another number of chunks than it says": sql`
    select from blobs b left join blob_chunks c using (vault_id, blob_id)
    group by b.vault_id, b.blob_id, b.chunk_count, b.missing_count
    having b.chunk_count - count(c.chunk_index) <> b.missing_count`,
});

interface Totals {
  readonly envelopes: number;
  readonly chunks: number;
}

export const verifyTables = async (dataFolder: string, ledger: Ledger): Promise<Totals> => {
  const sql = connectSql(addressIn(dataFolder), { connectionCountMax: 1 });
  try {
    for (const [what, asked] of Object.entries(questions(sql))) {
      const { length } = await asked;
      if (length > 0) fault(ledger, `${what}, ${length} times`);
    }
    const [totals] = await sql<Totals[]>`
      select (select count(*) from envelope_heads) as envelopes,
        (select count(*) from blob_chunks) as chunks`;
    return totals ?? { envelopes: 0, chunks: 0 };
  } finally {
    await sql.end();
  }
};
