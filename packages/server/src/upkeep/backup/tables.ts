/**
 * Which tables there are, as the database itself says: a table that a later migration brings is in the
 * next backup without anybody remembering it.
 */
import { assert } from "@duro/crypto/types";
import type { Transaction } from "../../postgres/transact.ts";

export interface Column {
  readonly name: string;
  /** As Postgres spells it, so that bytes of one type never go into another. */
  readonly type: string;
}

export interface Table {
  readonly name: string;
  readonly columns: readonly Column[];
}

interface TableRow {
  readonly name: string;
  readonly columns: readonly Column[];
  /** Tables whose rows these refer to. */
  readonly needs: readonly string[];
}

/** What was migrated stands in the header as a number, and is made anew where the tables are. */
const migrationsTable = "schema_migrations";

/** In an order in which they can be filled: whoever is referred to comes first. */
export const readTables = async (tx: Transaction): Promise<readonly Table[]> => {
  const rows = await tx<TableRow[]>`
    select c.relname::text as name,
      (
        select json_agg(
          json_build_object('name', a.attname, 'type', format_type(a.atttypid, a.atttypmod))
          order by a.attnum
        )
        from pg_attribute a
        where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
          and a.attgenerated = ''
      ) as columns,
      array(
        select distinct r.relname::text from pg_constraint k join pg_class r on r.oid = k.confrelid
        where k.conrelid = c.oid and k.contype = 'f' and k.confrelid <> c.oid
      ) as needs
    from pg_class c
    where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p')
      and not c.relispartition and c.relname <> ${migrationsTable}
    order by c.relname`;
  return inOrder(rows);
};

const inOrder = (rows: readonly TableRow[]): readonly Table[] => {
  const placed: Table[] = [];
  const isPlaced = (name: string): boolean => placed.some((table) => table.name === name);
  while (placed.length < rows.length) {
    const next = rows.find(({ name, needs }) => !isPlaced(name) && needs.every(isPlaced));
    assert(next !== undefined, "no two tables need each other");
    placed.push({ name: next.name, columns: next.columns });
  }
  return placed;
};

/** How far its tables are; undefined where no relay made any. */
export const readSchema = async (tx: Transaction): Promise<number | undefined> => {
  const [found] = await tx<{ is_there: boolean }[]>`
    select to_regclass(${migrationsTable}) is not null as is_there`;
  if (found?.is_there !== true) return undefined;
  const [row] = await tx<{ number: number | null }[]>`
    select max(number) as number from ${tx(migrationsTable)}`;
  return row?.number ?? undefined;
};
