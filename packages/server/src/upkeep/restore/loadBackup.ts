/** Puts what a backup holds into an empty database: all of it or, whatever happens, nothing. */
import { bytesAreEqual, err, ok, type Result } from "@duro/crypto/types";
import type { RandomBytes } from "@duro/crypto/receipt";
import { copyIn } from "../backup/copyStreams.ts";
import { createRowCounter } from "../backup/rowCounter.ts";
import { readSchema, readTables, type Table } from "../backup/tables.ts";
import { databaseErrorCode } from "../../http/databaseErrors.ts";
import { renewStoredId } from "../../postgres/generation.ts";
import type { Sql } from "../../postgres/sql.ts";
import { type Transaction, transact } from "../../postgres/transact.ts";
import type { Progress } from "../progress.ts";
import { Stopped, stopIfAsked } from "../runUpkeep.ts";
import { sayBytes } from "../sayAmounts.ts";
import type { UpkeepError } from "../upkeepError.ts";
import { type BackupReader, damaged, unpack } from "./backupReader.ts";
import { asPool, migrateRest, migrateWithin } from "./migrateWithin.ts";

export interface Load {
  /** At the first frame. */
  readonly backup: BackupReader;
  /** Of the whole file, as it was when it was looked through. */
  readonly hash: Uint8Array;
  /** In words, for whoever is told that it is not empty. */
  readonly place: string;
  readonly migrationsFolder: string;
  readonly randomBytes: RandomBytes;
  readonly signal: AbortSignal;
  readonly progress: Progress;
}

export type RowCounts = ReadonlyMap<string, number>;

/** Asked before anything is read, and again by the one who loads. */
export const isTaken = async (tx: Transaction): Promise<boolean> =>
  (await readSchema(tx)) !== undefined;

export const loadBackup = async (sql: Sql, load: Load): Promise<Result<RowCounts, UpkeepError>> => {
  try {
    return ok(await transact(sql, (tx) => loadAll(tx, load)));
  } catch (cause) {
    // Thrown, so that the transaction is rolled back.
    if (cause instanceof Stopped) return err(cause.error);
    throw cause;
  }
};

const loadAll = async (tx: Transaction, load: Load): Promise<RowCounts> => {
  const { backup, migrationsFolder, randomBytes } = load;
  const { header, path } = backup;
  // A large table takes longer than any statement of a relay at work.
  await tx`set local statement_timeout = 0`;
  await tx`set local idle_in_transaction_session_timeout = 0`;
  if (await isTaken(tx)) throw new Stopped({ type: "PlaceNotEmpty", place: load.place });
  refuseUnmigrated(load, await migrateWithin(tx, migrationsFolder, header.schema));
  const tables = await readTables(tx);
  if (JSON.stringify(tables) !== JSON.stringify(header.tables))
    throw new Stopped({ type: "TablesOther", path });
  const rowCounts = new Map<string, number>();
  for (const table of tables) rowCounts.set(table.name, await loadTable(tx, load, table));
  const end = await backup.next();
  if (end.kind !== "end" || !bytesAreEqual(end.hash, load.hash))
    throw damaged(path, "hash", backup.at());
  const relays = await tx`select from relay where relay_key = ${header.relayKey}`;
  if (relays.length !== 1) throw damaged(path, "rows", backup.at());
  refuseUnmigrated(load, await migrateRest(tx, migrationsFolder));
  await renewStoredId(asPool(tx), randomBytes);
  return rowCounts;
};

const refuseUnmigrated = ({ place }: Load, migrated: Result<void, UpkeepError>): void => {
  if (migrated.ok) return;
  const { error } = migrated;
  const isTheirs = error.type === "MigrationFailed" && error.error.type === "NotOurDatabase";
  throw new Stopped(isTheirs ? { type: "PlaceNotEmpty", place } : error);
};

const loadTable = async (
  tx: Transaction,
  { backup, signal, progress }: Load,
  { name, columns }: Table,
): Promise<number> => {
  const counter = createRowCounter();
  let byteLength = 0;
  const rows = async function* (): AsyncGenerator<Uint8Array> {
    for (;;) {
      stopIfAsked(signal);
      const frame = await backup.next();
      if (frame.kind === "tableEnd") {
        const isRight =
          counter.isComplete() &&
          counter.rowCount() === frame.end.rowCount &&
          byteLength === frame.end.byteLength;
        if (!isRight) throw damaged(backup.path, "rows", backup.at());
        return;
      }
      if (frame.kind === "end") throw damaged(backup.path, "frames", backup.at());
      const block = unpack(backup, frame.payload);
      if (!counter.take(block)) throw damaged(backup.path, "rows", backup.at());
      byteLength += block.length;
      progress.tick(() => `${name}: ${sayBytes(byteLength)} restored so far.`);
      yield block;
    }
  };
  try {
    await copyIn(tx, { name, columns: columns.map((column) => column.name) }, rows());
  } catch (cause) {
    throw isRowsRefused(cause) ? damaged(backup.path, "rows", backup.at()) : cause;
  }
  return counter.rowCount();
};

/**
 * Classes of SQLSTATE for values that cannot be, and for rows that break a rule of their table. The
 * last one is what Postgres says when it had refused rows before.
 */
const rowsRefused = /^(?:22|23|25P02)/u;

const isRowsRefused = (cause: unknown): boolean => rowsRefused.test(databaseErrorCode(cause) ?? "");
