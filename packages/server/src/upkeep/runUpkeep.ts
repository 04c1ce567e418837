/** The one catch around a command of upkeep: what disk, database or a person said becomes a value. */
import { err, type Result } from "@duro/crypto/types";
import { errorCode } from "../embedded/systemError.ts";
import type { Failure } from "../exits.ts";
import { databaseErrorCode, isDatabaseGone } from "../http/databaseErrors.ts";
import { type DatabaseError, failureOf, type UpkeepError } from "./upkeepError.ts";

/** Thrown deep inside, where nothing but giving up is left, and caught here only. */
export class Stopped extends Error {
  override readonly name = "Stopped";
  readonly error: UpkeepError;

  constructor(error: UpkeepError) {
    super(error.type);
    this.error = error;
  }
}

/** Between any two steps of something long. */
export const stopIfAsked = (signal: AbortSignal): void => {
  if (signal.aborted) throw new Stopped({ type: "Interrupted" });
};

export const runUpkeep = async <T>(
  work: () => Promise<Result<T, UpkeepError>>,
): Promise<Result<T, Failure>> => {
  try {
    const done = await work();
    return done.ok ? done : err(failureOf(done.error));
  } catch (cause) {
    const error = cause instanceof Stopped ? cause.error : databaseErrorOf(cause);
    // Anything else is a bug.
    if (error === undefined) throw cause;
    return err(failureOf(error));
  }
};

/** Undefined for what no database said. */
export const databaseErrorOf = (cause: unknown): DatabaseError | undefined => {
  const code = databaseErrorCode(cause);
  if (code === undefined) return undefined;
  if (isForbidden(code)) return { type: "DatabaseForbids", code };
  if (isDatabaseGone(cause)) return { type: "DatabaseUnreachable", code };
  if (code === "53100") return { type: "DatabaseFull", code };
  if (code.startsWith("XX")) return { type: "DatabaseDamaged", code };
  return { type: "DatabaseRefused", code };
};

/** Classes of SQLSTATE: no such user or a wrong password; no such database. */
export const isForbidden = (code: string): boolean => /^(?:28|3D)/u.test(code);

const fullCodes = new Set(["ENOSPC", "EDQUOT", "EFBIG"]);

/** Undefined for what no disk said. */
export const fileErrorOf = (cause: unknown, path: string): UpkeepError | undefined => {
  const code = errorCode(cause);
  if (!(cause instanceof Error) || code === undefined || !("syscall" in cause)) return undefined;
  if (fullCodes.has(code)) return { type: "DiskFull", path };
  return { type: "FileUnusable", path, reason: code };
};
