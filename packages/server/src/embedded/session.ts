import { err, ok, type Result } from "@duro/crypto/types";
import { setTimeout as sleep } from "node:timers/promises";
import postgres from "postgres";
import { lingerMsMax, lingerPollMs } from "./folderLock.ts";
import { errorCode } from "./systemError.ts";

/** The relay's own session, which holds the lock that says: one relay for this database. */

export const databaseUser = "duro";
/** The one that every cluster has. The cluster is ours alone, so there is nothing to tell it from. */
export const databaseName = "postgres";

/** "duro" in ASCII: the key never changes, so that relays of any two versions exclude each other. */
export const relayLockKey = 0x6475_726f;

/** The server is on this machine; one that takes longer to answer is not ready. */
const connectSecondsMax = 5;
const endSecondsMax = 1;

export interface Login {
  readonly path: string;
  readonly password: string;
}

export interface RelaySession {
  readonly serverVersion: string;
  /** Resolves when the session is over, whoever ended it. */
  readonly closed: Promise<void>;
  readonly end: () => Promise<void>;
}

export type SessionError =
  | { readonly type: "LockTaken" }
  | { readonly type: "LoginRefused"; readonly reason: string }
  | { readonly type: "NoRoom" }
  /** Starting, stopping, or just gone: worth another look. */
  | { readonly type: "NotReady"; readonly reason: string };

/** Postgres's own codes: appendix A of its manual, class 28 and 3D000. */
const refusedCodes = new Set(["28P01", "28000", "3D000"]);
/** disk_full: also of a server that is ready, and then has no room for what a session needs. */
const noRoomCode = "53100";

const causeToError = (cause: unknown): SessionError => {
  const reason = cause instanceof Error ? cause.message : String(cause);
  const code = errorCode(cause);
  if (code === noRoomCode) return { type: "NoRoom" };
  return refusedCodes.has(code ?? "")
    ? { type: "LoginRefused", reason }
    : { type: "NotReady", reason };
};

interface LockRow {
  readonly locked: boolean;
  readonly version: string;
}

const lockQuery = `select pg_try_advisory_lock(${relayLockKey}) as locked, current_setting('server_version') as version`;

/** The session of a relay that was just killed may take a moment to end. */
const takeLock = async (sql: postgres.Sql): Promise<Result<LockRow, SessionError>> => {
  const giveUpAt = performance.now() + lingerMsMax;
  for (;;) {
    const [row] = await sql.unsafe<LockRow[]>(lockQuery);
    if (row?.locked === true) return ok(row);
    if (performance.now() >= giveUpAt) return err({ type: "LockTaken" });
    await sleep(lingerPollMs);
  }
};

export const openSession = async (login: Login): Promise<Result<RelaySession, SessionError>> => {
  const { promise: closed, resolve: close } = Promise.withResolvers<void>();
  const sql = postgres({
    ...login,
    user: databaseUser,
    database: databaseName,
    max: 1,
    // By default a connection is replaced after a while, and the lock would go with it.
    max_lifetime: null,
    connect_timeout: connectSecondsMax,
    fetch_types: false,
    prepare: false,
    connection: { application_name: "duro relay lock" },
    onnotice: () => undefined,
    onclose: () => {
      close();
    },
  });
  const end = () => sql.end({ timeout: endSecondsMax });
  try {
    const lock = await takeLock(sql);
    if (lock.ok) return ok({ serverVersion: lock.value.version, closed, end });
    await end();
    return lock;
  } catch (cause) {
    await end();
    return err(causeToError(cause));
  }
};
