/** `duro-relay restore`: what a backup holds, into an empty place, as a relay that clients know again. */
import { bytesAreEqual, err, ok, type Result } from "@duro/crypto/types";
import { Exit } from "../../exits.ts";
import type { StorePlace } from "../../program/command.ts";
import { type Checked, checkRelay } from "../check/checkRelay.ts";
import { findingLines, findingsJson } from "../check/sayFindings.ts";
import type { Ended, Outcome } from "../outcome.ts";
import { createProgress } from "../progress.ts";
import { runUpkeep } from "../runUpkeep.ts";
import { isoTime, sayBytes, sayCount, sayTime } from "../sayAmounts.ts";
import type { UpkeepDeps } from "../upkeepDeps.ts";
import type { UpkeepError } from "../upkeepError.ts";
import type { Sql } from "../../postgres/sql.ts";
import { transact } from "../../postgres/transact.ts";
import { readTables } from "../backup/tables.ts";
import { type BackupReader, openBackup } from "./backupReader.ts";
import { isTaken, loadBackup, type RowCounts } from "./loadBackup.ts";
import { migrationsFolder, readMigrationNames } from "./migrateWithin.ts";
import { verifyBackup } from "./verifyBackup.ts";

export interface RestoreCommand {
  /** Absolute. */
  readonly fromFile: string;
  readonly isConfirmed: boolean;
  readonly store: StorePlace;
}

export interface RestoreDeps extends UpkeepDeps {
  /** Undefined: those of this program. */
  readonly migrationsFolder?: string;
}

export const runRestore = (command: RestoreCommand, deps: RestoreDeps): Ended =>
  runUpkeep(async () => {
    const backup = await openBackup(command.fromFile);
    try {
      const restored = await restore(command, deps, backup);
      return restored.ok ? ok(outcomeOf(command, backup, restored.value)) : restored;
    } finally {
      await backup.close();
    }
  });

interface Restored {
  readonly byteLength: number;
  readonly rowCounts: RowCounts;
  readonly checked: Checked;
}

const placeOf = ({ dataFolder, database }: StorePlace): string =>
  database.kind === "url" ? `The database at ${database.shown}` : dataFolder;

/** What is quick to see comes first, then the whole file, and only then the database. */
const restore = async (
  command: RestoreCommand,
  deps: RestoreDeps,
  backup: BackupReader,
): Promise<Result<Restored, UpkeepError>> => {
  const { sql, signal, randomBytes } = deps;
  const folder = deps.migrationsFolder ?? migrationsFolder;
  const count = (await readMigrationNames(folder)).length;
  const refused =
    (await refusalOf(command, deps, backup, count)) ?? (await ask(command, deps, backup));
  if (refused !== undefined) return err(refused);
  const progress = createProgress(deps.tell, deps.nowMs);
  const again = await openBackup(backup.path);
  try {
    const { hash, byteLength } = await verifyBackup(backup, signal, progress);
    const loaded = await loadBackup(sql, {
      backup: again,
      hash,
      place: placeOf(command.store),
      migrations: { folder, count },
      randomBytes,
      signal,
      progress,
    });
    if (!loaded.ok) return loaded;
    await gatherStatistics(sql);
    // It is restored: who interrupts now must not read that it was taken back.
    const { signal: unasked } = new AbortController();
    const checked = await checkRelay({ ...deps, signal: unasked }, { depth: "quick" });
    return checked.ok
      ? ok({ byteLength, rowCounts: loaded.value, checked: checked.value })
      : checked;
  } finally {
    await again.close();
  }
};

/** Postgres knows nothing yet of how much there is, and would plan as for empty tables. */
const gatherStatistics = (sql: Sql): Promise<void> =>
  transact(sql, async (tx) => {
    await tx`set local statement_timeout = 0`;
    for (const { name } of await readTables(tx)) await tx`analyze ${tx(name)}`;
  });

const refusalOf = async (
  { store }: RestoreCommand,
  { sql, relayKey }: RestoreDeps,
  { header, path }: BackupReader,
  migrationCount: number,
): Promise<UpkeepError | undefined> => {
  if (header.schema > migrationCount)
    return {
      type: "BackupNewer",
      path,
      what: "tables",
      have: header.schema,
      know: migrationCount,
    };
  const { keyFile } = store;
  if (relayKey === undefined) return { type: "RelayKeyMissing", keyFile };
  if (!bytesAreEqual(relayKey, header.relayKey)) return { type: "RelayKeyOther", keyFile };
  return (await transact(sql, isTaken))
    ? { type: "PlaceNotEmpty", place: placeOf(store) }
    : undefined;
};

const ask = async (
  { isConfirmed, store }: RestoreCommand,
  deps: RestoreDeps,
  { header }: BackupReader,
): Promise<UpkeepError | undefined> => {
  if (isConfirmed) return undefined;
  if (deps.ask === undefined) return { type: "NobodyToAsk" };
  const isWanted = await deps.ask(
    `Restore the relay as it was at ${sayTime(header.madeAtMs)} into ${placeOf(store)}? ` +
      "Clients send again what it receipted since then. The relay that was backed up must never run again beside it.",
  );
  return isWanted ? undefined : { type: "Declined" };
};

const outcomeOf = (
  { fromFile }: RestoreCommand,
  { header }: BackupReader,
  { byteLength, rowCounts, checked }: Restored,
): Outcome => {
  const countOf = (table: string): number => rowCounts.get(table) ?? 0;
  const [users, vaults] = [countOf("accounts"), countOf("vaults")];
  const envelopes = countOf("envelope_heads");
  return {
    lines: [
      `Restored from ${fromFile} (${sayBytes(byteLength)}), as of ${sayTime(header.madeAtMs)}: ` +
        `${sayCount(users, "user")}, ${sayCount(vaults, "vault")}, ${sayCount(envelopes, "envelope")}.`,
      ...findingLines(checked),
    ],
    notes: [
      "The relay has a new generation: its clients notice, and send again what it had receipted after the backup.",
    ],
    json: {
      restored: fromFile,
      bytes: byteLength,
      madeAt: isoTime(header.madeAtMs),
      schema: header.schema,
      users,
      vaults,
      envelopes,
      findings: findingsJson(checked),
    },
    exit: checked.findingCount === 0 ? Exit.Done : Exit.Found,
  };
};
