/**
 * COPY out of and into Postgres, as bytes. The driver hands out Node's streams, and leaves two things
 * undone that would make a command hang for ever: both are made up for here, and nowhere else.
 */
import type { Readable, Writable } from "node:stream";
import { finished } from "node:stream/promises";
import type postgres from "postgres";
import type { Transaction } from "../../postgres/transact.ts";

/** A table, or what is read of one. Its names were looked up in this database. */
export interface CopiedTable {
  readonly name: string;
  readonly columns: readonly string[];
}

type Query = postgres.PendingQuery<postgres.Row[]>;

/** A partitioned table is read by a query: COPY takes it in that way only. */
const copyOutQuery = (tx: Transaction, { name, columns }: CopiedTable): Query =>
  tx`copy (select ${tx(columns)} from ${tx(name)}) to stdout with (format binary)`;

const copyInQuery = (tx: Transaction, { name, columns }: CopiedTable): Query =>
  tx`copy ${tx(name)} (${tx(columns)}) from stdin with (format binary)`;

/**
 * `stop` ends what the transaction is doing, from outside: whoever leaves early does not wait until a
 * large table has gone by.
 */
export async function* copyOut(
  tx: Transaction,
  table: CopiedTable,
  stop: () => Promise<void>,
): AsyncGenerator<Uint8Array> {
  const rows = await copyOutQuery(tx, table).readable();
  try {
    yield* rows.iterator({ destroyOnReturn: false }) as AsyncIterableIterator<Uint8Array>;
  } finally {
    if (rows.readableEnded) wakeSocket(rows);
    else if (!rows.destroyed) await runDry(rows, stop);
  }
}

/**
 * The driver stops its socket when nobody reads fast enough, and starts it again when somebody asks
 * for more. Behind the last row nobody asks, and no later answer would ever arrive.
 */
const wakeSocket = (rows: Readable): void => {
  // oxlint-disable-next-line no-underscore-dangle -- Node's name for it, and the driver's only handle.
  rows._read(0);
};

/** Rows that are under way must be taken before the driver sees that it was stopped. */
const runDry = async (rows: Readable, stop: () => Promise<void>): Promise<void> => {
  const ended = finished(rows).catch(() => undefined);
  rows.resume();
  await stop();
  await ended;
  if (rows.readableEnded) wakeSocket(rows);
};

/** Throws what Postgres said, or at the very end only that it said no. */
export const copyIn = async (
  tx: Transaction,
  table: CopiedTable,
  chunks: AsyncIterable<Uint8Array>,
): Promise<void> => {
  const rows = await copyInQuery(tx, table).writable();
  let failure: unknown;
  rows.on("error", (cause) => (failure = cause));
  try {
    for await (const chunk of chunks) await writeChunk(rows, chunk);
  } catch (cause) {
    // Postgres hears that it is to forget the rows; the transaction is over either way.
    rows.destroy();
    throw failure ?? cause;
  }
  if (failure !== undefined) throw failure;
  rows.end();
  // Where Postgres refuses a row only now, the driver tells nobody: the next statement does.
  await tx`select`;
};

/** Waits until it is sent: `end` must find nothing left to write, so that it says so at once. */
const writeChunk = (rows: Writable, chunk: Uint8Array): Promise<void> =>
  new Promise((resolve, reject) => {
    rows.write(chunk, (cause) => (cause ? reject(cause) : resolve()));
  });
