/** A transaction that sees the database as it was when it began, while others go on writing. */
import { assert } from "@duro/crypto/types";
import type { Sql } from "../../postgres/sql.ts";
import { type Transaction, transact } from "../../postgres/transact.ts";

export interface Snapshot {
  readonly tx: Transaction;
  /** Ends the statement that is under way, from outside. */
  readonly stop: () => Promise<void>;
}

export const readSnapshot = <T>(sql: Sql, work: (snapshot: Snapshot) => Promise<T>): Promise<T> =>
  transact(sql, async (tx) => {
    await tx`set transaction isolation level repeatable read, read only`;
    // The limits are for a relay at work; here a statement takes as long as its table is large, and
    // the transaction waits while its rows are checked or written to a disk.
    await tx`set local statement_timeout = 0`;
    await tx`set local idle_in_transaction_session_timeout = 0`;
    const [row] = await tx<{ pid: number }[]>`select pg_backend_pid() as pid`;
    assert(row !== undefined, "a connection has a process");
    const { pid } = row;
    const stop = async (): Promise<void> => {
      await sql`select pg_cancel_backend(${pid})`;
    };
    return work({ tx, stop });
  });
