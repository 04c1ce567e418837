/** Looks through a whole backup before anything is restored from it. */
import type { Progress } from "../progress.ts";
import { stopIfAsked } from "../runUpkeep.ts";
import { sayBytes } from "../sayAmounts.ts";
import { type BackupReader, damaged } from "./backupReader.ts";

export interface VerifiedBackup {
  /** Of the file: whoever reads it again sees whether it still is the same. */
  readonly hash: Uint8Array;
  readonly byteLength: number;
}

export const verifyBackup = async (
  backup: BackupReader,
  signal: AbortSignal,
  progress: Progress,
): Promise<VerifiedBackup> => {
  let tableCount = 0;
  for (;;) {
    stopIfAsked(signal);
    progress.tick(() => `Looked through ${sayBytes(backup.at())} of the backup.`);
    const at = backup.at();
    const frame = await backup.next();
    if (frame.kind === "tableEnd") tableCount += 1;
    const isAllRead = tableCount === backup.header.tables.length;
    if (frame.kind === "end") {
      if (!isAllRead) throw damaged(backup.path, "frames", at);
      return { hash: frame.hash, byteLength: backup.at() };
    }
    if (frame.kind === "data" && isAllRead) throw damaged(backup.path, "frames", at);
  }
};
