/** What an error of the database client says about the database, without its message. */

/** Of postgres.js, and of the socket below it: nobody was there to answer. */
const goneCodes = new Set([
  "CONNECT_TIMEOUT",
  "CONNECTION_CLOSED",
  "CONNECTION_ENDED",
  "CONNECTION_DESTROYED",
  "ECONNREFUSED",
  "ECONNRESET",
  "ENOENT",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ETIMEDOUT",
]);

/** Classes of SQLSTATE: connection exception, too many connections, shutting down or starting up. */
const goneStates = /^(?:08|53300|57P0)/u;

/** Five signs of SQLSTATE, or the client's own code; undefined for what no database said. */
export const databaseErrorCode = (cause: unknown): string | undefined => {
  if (!(cause instanceof Error) || !("code" in cause) || typeof cause.code !== "string")
    return undefined;
  const isStatement = cause.name === "PostgresError";
  return isStatement || goneCodes.has(cause.code) ? cause.code : undefined;
};

export const isDatabaseGone = (cause: unknown): boolean => {
  const code = databaseErrorCode(cause);
  return code !== undefined && (goneCodes.has(code) || goneStates.test(code));
};

/** disk_full. Nothing that was stored is lost by it, and only the operator can end it. */
export const isDiskFull = (cause: unknown): boolean =>
  cause instanceof Error && "code" in cause && cause.code === "53100";
