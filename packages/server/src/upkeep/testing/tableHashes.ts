/** What a database holds, so that two can be compared: a hash over the rows of each table. */
import type { Sql } from "../../postgres/sql.ts";
import { readTables } from "../backup/tables.ts";
import { transact } from "../../postgres/transact.ts";

export const tableHashes = (sql: Sql): Promise<Readonly<Record<string, string>>> =>
  transact(sql, async (tx) => {
    const hashes: Record<string, string> = {};
    for (const { name } of await readTables(tx)) {
      const [row] = await tx<{ hash: string; count: number }[]>`
        select count(*) as count,
          coalesce(md5(string_agg(md5(t::text), '' order by md5(t::text))), '') as hash
        from ${tx(name)} t`;
      hashes[name] = `${row?.count} ${row?.hash}`;
    }
    return hashes;
  });

/** Whether there is any table of anybody. */
export const isEmpty = async (sql: Sql): Promise<boolean> => {
  const rows = await sql`
    select from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = 'public'`;
  return rows.length === 0;
};
