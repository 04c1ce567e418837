/**
 * A transaction that may lose its connection. The driver, postgres 3.4.9, sends a rollback after every
 * failure, also over a socket that is gone, and that throws where nobody can catch it and ends the
 * process (porsager/postgres, issues 1133 and 1208). So when the connection broke, the driver is not
 * told how the work ended: it has given up the transaction by itself, and Postgres has rolled it back.
 */
import type postgres from "postgres";
import type { Sql } from "./sql.ts";

export type Transaction = postgres.TransactionSql<{ bigint: number; uuid: string }>;

const unsettled = new Promise<never>(() => {});

export const transact = async <T>(sql: Sql, work: (tx: Transaction) => Promise<T>): Promise<T> => {
  // In an object: the driver would take a list for queries.
  const { value } = await sql.begin(async (tx) => {
    try {
      return { value: await work(tx) };
    } catch (cause) {
      if (isConnectionGone(cause)) await unsettled;
      throw cause;
    }
  });
  return value;
};

/** Said by the driver, or by the socket below it. */
const isConnectionGone = (cause: unknown): boolean =>
  cause instanceof Error &&
  ("syscall" in cause || ("code" in cause && cause.code === "CONNECTION_CLOSED"));
