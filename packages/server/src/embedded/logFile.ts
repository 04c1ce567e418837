import { copyFile, open, stat, truncate } from "node:fs/promises";
import { lastLines } from "./helperProgram.ts";
import type { Places } from "./places.ts";
import { errorCode } from "./systemError.ts";

/**
 * Postgres writes what it has to say to one file, by itself: no pipe of the relay's, which would break
 * when the relay dies. The relay keeps that file small, and one older file beside it.
 */

/** Weeks of a quiet server; and a full disk is not the log's doing. */
export const logByteLengthMax = 4 * 1024 * 1024;

/** What one failed start says fits many times. */
const tailByteLengthMax = 16 * 1024;

export const logByteLength = async ({ logFile }: Places): Promise<number> => {
  try {
    return (await stat(logFile)).size;
  } catch (cause) {
    if (errorCode(cause) === "ENOENT") return 0;
    throw cause;
  }
};

/** Postgres keeps its handle and appends, so the file is emptied in place. */
export const trimLog = async (places: Places): Promise<void> => {
  if ((await logByteLength(places)) <= logByteLengthMax) return;
  await copyFile(places.logFile, places.olderLogFile);
  await truncate(places.logFile, 0);
};

/** What was written since the file had that length. */
export const logLinesSince = async (
  { logFile }: Places,
  byteLength: number,
): Promise<readonly string[]> => {
  const handle = await open(logFile, "r");
  try {
    const { size } = await handle.stat();
    const position = Math.max(byteLength, size - tailByteLengthMax);
    const bytes = Buffer.alloc(Math.max(0, size - position));
    await handle.read(bytes, 0, bytes.length, position);
    return lastLines(bytes.toString("utf8"));
  } finally {
    await handle.close();
  }
};
