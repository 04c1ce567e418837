/** Rows that belong to nothing: what a vault's or a user's own check never comes across. */
import type { CheckContext } from "./checkContext.ts";
import { readTables } from "../backup/tables.ts";

export const checkStrays = async (context: CheckContext): Promise<void> => {
  const { tx, report, tick } = context;
  for (const { name, columns } of await readTables(tx)) {
    tick();
    if (name === "vaults" || !columns.some((column) => column.name === "vault_id")) continue;
    const count = await countOf(
      tx`select count(*) as count from ${tx(name)} t
        where not exists (select from vaults v where v.vault_id = t.vault_id)`,
    );
    if (count > 0) report.find({ type: "RowsWithoutVault", table: name, what: count });
  }
  const devices = await countOf(
    tx`select count(*) as count from devices d
      where not exists (select from accounts a where a.user_id = d.user_id)`,
  );
  if (devices > 0) report.find({ type: "DevicesWithoutAccount", what: devices });
};

const countOf = async (query: PromiseLike<readonly unknown[]>): Promise<number> => {
  const [row] = (await query) as readonly { readonly count: number }[];
  return row?.count ?? 0;
};
