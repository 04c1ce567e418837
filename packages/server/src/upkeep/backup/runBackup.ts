/** `duro-relay backup`: one file with everything of one moment, while the relay goes on. */
import { ok, type Result } from "@duro/crypto/types";
import { Exit } from "../../exits.ts";
import type { StorePlace } from "../../program/command.ts";
import type { Ended, Outcome } from "../outcome.ts";
import { createProgress } from "../progress.ts";
import { runUpkeep } from "../runUpkeep.ts";
import { isoTime, sayBytes, sayCount, sayTime } from "../sayAmounts.ts";
import type { UpkeepDeps } from "../upkeepDeps.ts";
import type { UpkeepError } from "../upkeepError.ts";
import type { BackupHeader } from "./backupFormat.ts";
import { writeNewFile } from "./newFile.ts";
import { readSnapshot } from "./snapshot.ts";
import { readBackupHeader, writeBackup } from "./writeBackup.ts";

export interface BackupCommand {
  /** Absolute. */
  readonly toFile: string;
  readonly store: Pick<StorePlace, "keyFile">;
}

export type BackupDeps = Pick<UpkeepDeps, "sql" | "nowMs" | "randomBytes" | "tell" | "signal">;

export const runBackup = (command: BackupCommand, deps: BackupDeps): Ended =>
  runUpkeep(async () => {
    const written = await backUp(command, deps);
    return written.ok ? ok(outcomeOf(command, written.value)) : written;
  });

interface Written {
  readonly header: BackupHeader;
  readonly byteLength: number;
  readonly rowCountByTable: ReadonlyMap<string, number>;
}

const backUp = (
  { toFile }: BackupCommand,
  { sql, nowMs, randomBytes, tell, signal }: BackupDeps,
): Promise<Result<Written, UpkeepError>> =>
  readSnapshot(sql, async (snapshot) => {
    const header = await readBackupHeader(snapshot.tx, nowMs());
    if (!header.ok) return header;
    const progress = createProgress(tell, nowMs);
    const rowCountByTable = new Map<string, number>();
    const onRead = (table: string, rowCount: number, byteLength: number): void => {
      rowCountByTable.set(table, rowCount);
      progress.tick(
        () => `${table}: ${sayCount(rowCount, "row")}, ${sayBytes(byteLength)} so far.`,
      );
    };
    const chunks = writeBackup(snapshot, header.value, { signal, onRead });
    const byteLength = await writeNewFile(toFile, chunks, randomBytes);
    return ok({ header: header.value, byteLength, rowCountByTable });
  });

const outcomeOf = (
  { toFile, store }: BackupCommand,
  { header, byteLength, rowCountByTable }: Written,
): Outcome => {
  const countOf = (table: string): number => rowCountByTable.get(table) ?? 0;
  const [accounts, vaults] = [countOf("accounts"), countOf("vaults")];
  const envelopes = countOf("envelope_heads");
  return {
    lines: [
      `${toFile}: ${sayBytes(byteLength)}, as of ${sayTime(header.madeAtMs)}: ` +
        `${sayCount(accounts, "user")}, ${sayCount(vaults, "vault")}, ${sayCount(envelopes, "envelope")}.`,
    ],
    notes: [
      `The relay's key is not in it. Keep a copy of ${store.keyFile} beside it, as secret as a password: ` +
        "whoever restores needs both.",
    ],
    json: {
      backup: toFile,
      bytes: byteLength,
      madeAt: isoTime(header.madeAtMs),
      schema: header.schema,
      users: accounts,
      vaults,
      envelopes,
    },
    exit: Exit.Done,
  };
};
