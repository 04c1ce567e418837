/** `duro-relay restore`: what a backup holds, into an empty place, as a relay that clients know again. */
import { bytesAreEqual, err, ok, type Result, type SignPublicKey } from "@duro/crypto/types";
import { Exit, type Failure } from "../../exits.ts";
import type { StorePlace } from "../../program/command.ts";
import type { Checked } from "../check/checkRelay.ts";
import { findingLines, findingsJson } from "../check/sayFindings.ts";
import type { Ended, Outcome } from "../outcome.ts";
import { migrationsFolder, readMigrationCount } from "../knownTables.ts";
import { createProgress } from "../progress.ts";
import { runUpkeep } from "../runUpkeep.ts";
import { isoTime, sayBytes, sayCount, sayTime } from "../sayAmounts.ts";
import type { UpkeepDeps } from "../upkeepDeps.ts";
import type { UpkeepError } from "../upkeepError.ts";
import { transact } from "../../postgres/transact.ts";
import { type BackupReader, openBackup } from "./backupReader.ts";
import { isTaken, loadBackup, type RowCounts } from "./loadBackup.ts";

import { lookAfter } from "./lookAfter.ts";
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

/** What is wrong with a backup before any database is asked; undefined: nothing so far. */
export const refuseBackup = async (
  { fromFile, store }: Pick<RestoreCommand, "fromFile" | "store">,
  relayKey: SignPublicKey | undefined,
): Promise<Failure | undefined> => {
  const looked = await runUpkeep(async () => {
    const backup = await openBackup(fromFile);
    await backup.close();
    const count = await readMigrationCount(migrationsFolder);
    const refused = refusalOf(backup, store, relayKey, count);
    return refused === undefined ? ok(undefined) : err(refused);
  });
  return looked.ok ? undefined : looked.error;
};

interface Restored {
  readonly byteLength: number;
  readonly rowCounts: RowCounts;
  /** Why it could not be looked at, or what was found. */
  readonly checked: Result<Checked, UpkeepError>;
}

const placeOf = ({ dataFolder, database }: StorePlace): string =>
  database.kind === "url" ? database.shown : dataFolder;

/** What is quick to see comes first, then the whole file, and only then the database. */
const restore = async (
  command: RestoreCommand,
  deps: RestoreDeps,
  backup: BackupReader,
): Promise<Result<Restored, UpkeepError>> => {
  const { sql, signal, randomBytes } = deps;
  const folder = deps.migrationsFolder ?? migrationsFolder;
  const count = await readMigrationCount(folder);
  const place = placeOf(command.store);
  const refused = refusalOf(backup, command.store, deps.relayKey, count);
  if (refused !== undefined) return err(refused);
  if (await transact(sql, isTaken)) return err({ type: "PlaceNotEmpty", place });
  const unwanted = await ask(command, deps, backup);
  if (unwanted !== undefined) return err(unwanted);
  const progress = createProgress(deps.tell, deps.nowMs);
  const again = await openBackup(backup.path);
  try {
    const { hash, byteLength } = await verifyBackup(backup, signal, progress);
    const loaded = await loadBackup(sql, {
      backup: again,
      hash,
      place,
      migrationsFolder: folder,
      randomBytes,
      signal,
      progress,
    });
    if (!loaded.ok) return loaded;
    const checked = await lookAfter({ ...deps, migrationsFolder: folder });
    return ok({ byteLength, rowCounts: loaded.value, checked });
  } finally {
    await again.close();
  }
};

const refusalOf = (
  { header, path }: BackupReader,
  { keyFile }: StorePlace,
  relayKey: SignPublicKey | undefined,
  know: number,
): UpkeepError | undefined => {
  const have = header.schema;
  if (have > know) return { type: "BackupNewer", path, what: "tables", have, know };
  if (relayKey === undefined) return { type: "RelayKeyMissing", keyFile };
  return bytesAreEqual(relayKey, header.relayKey) ? undefined : { type: "RelayKeyOther", keyFile };
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
      ...(checked.ok ? findingLines(checked.value) : []),
    ],
    notes: [
      "The relay has a new generation: its clients notice, and send again what it had receipted after the backup.",
      ...(checked.ok
        ? []
        : [`It could not be looked at (${checked.error.type}): duro-relay check does it again.`]),
    ],
    json: {
      restored: fromFile,
      bytes: byteLength,
      madeAt: isoTime(header.madeAtMs),
      schema: header.schema,
      users,
      vaults,
      envelopes,
      checked: checked.ok,
      findings: checked.ok ? findingsJson(checked.value) : [],
    },
    exit: exitOf(checked),
  };
};

const exitOf = (checked: Restored["checked"]): Exit => {
  if (!checked.ok) return Exit.SomeSkipped;
  return checked.value.findingCount === 0 ? Exit.Done : Exit.Found;
};
