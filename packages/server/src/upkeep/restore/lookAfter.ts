/** What follows a restore: it is done by then, and nothing that happens here takes it back. */
import { err, type Result } from "@duro/crypto/types";
import type { Sql } from "../../postgres/sql.ts";
import { transact } from "../../postgres/transact.ts";
import { readTables } from "../backup/tables.ts";
import { type CheckDeps, type Checked, checkRelay } from "../check/checkRelay.ts";
import { databaseErrorOf } from "../runUpkeep.ts";
import type { UpkeepError } from "../upkeepError.ts";

export const lookAfter = async (deps: CheckDeps): Promise<Result<Checked, UpkeepError>> => {
  try {
    await gatherStatistics(deps.sql);
    // Whoever interrupts now must not read that the restore was taken back.
    const { signal } = new AbortController();
    return await checkRelay({ ...deps, signal }, { depth: "quick" });
  } catch (cause) {
    const error = databaseErrorOf(cause);
    if (error === undefined) throw cause;
    return err(error);
  }
};

/** Postgres knows nothing yet of how much there is, and would plan as for empty tables. */
const gatherStatistics = (sql: Sql): Promise<void> =>
  transact(sql, async (tx) => {
    await tx`set local statement_timeout = 0`;
    for (const { name } of await readTables(tx)) await tx`analyze ${tx(name)}`;
  });
