import type { DiskError } from "./embeddedError.ts";

/** What the system says when there is no room, as a code and in the words of a program's own output. */
const fullCodes = new Set(["ENOSPC", "EDQUOT"]);
const fullWords = /No space left on device|Disk quota exceeded/u;

interface SystemError extends Error {
  readonly code: string;
  readonly syscall: string;
  readonly path?: string;
}

const isSystemError = (cause: unknown): cause is SystemError =>
  cause instanceof Error &&
  "code" in cause &&
  typeof cause.code === "string" &&
  "syscall" in cause &&
  typeof cause.syscall === "string";

export const errorCode = (cause: unknown): string | undefined =>
  cause instanceof Error && "code" in cause && typeof cause.code === "string"
    ? cause.code
    : undefined;

/** Undefined for what no disk said: that is a bug, and is to be thrown on. */
export const systemErrorToValue = (cause: unknown, folder: string): DiskError | undefined => {
  if (!isSystemError(cause)) return undefined;
  const path = cause.path ?? folder;
  return fullCodes.has(cause.code)
    ? { type: "DiskFull", path }
    : { type: "FolderUnusable", path, reason: cause.code };
};

export const saysDiskFull = (lines: readonly string[]): boolean =>
  lines.some((line) => fullWords.test(line));
