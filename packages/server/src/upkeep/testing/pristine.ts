/** Brings a database back to what it held, for one test after the other that damages it. */
import type { Sql } from "../../postgres/sql.ts";
import { transact } from "../../postgres/transact.ts";
import { readTables } from "../backup/tables.ts";

export interface Pristine {
  bringBack(): Promise<void>;
}

export const keepPristine = async (sql: Sql): Promise<Pristine> => {
  const tables = await transact(sql, readTables);
  const names = tables.map(({ name }) => name);
  await sql`create schema pristine`;
  for (const name of names) await sql`create table pristine.${sql(name)} as table ${sql(name)}`;
  return {
    bringBack: () =>
      transact(sql, async (tx) => {
        for (const name of names.toReversed()) await tx`delete from ${tx(name)}`;
        for (const name of names)
          await tx`insert into ${tx(name)} select * from pristine.${tx(name)}`;
      }),
  };
};
