/** The database of a relay: its own Postgres or the operator's, brought to this program's tables. */
import { err, ok, type Result, unreachable } from "@duro/crypto/types";
import { type RandomBytes, type RelayKeys } from "@duro/crypto/receipt";
import type { RelayGeneration } from "@duro/protocol";
import { availableParallelism } from "node:os";
import {
  type EmbeddedError,
  errorToSentence,
  startEmbeddedPostgres,
} from "../embedded/embeddedPostgres.ts";
import { errorCode } from "../embedded/systemError.ts";
import { Exit, type Failure } from "../exits.ts";
import { databaseErrorCode } from "../http/databaseErrors.ts";
import type { Logger } from "../logger.ts";
import { claimRelay, readGeneration } from "../postgres/generation.ts";
import { migrate, type MigrateError } from "../postgres/migrate.ts";
import { connectSql, type PostgresAddress, type Sql } from "../postgres/sql.ts";
import type { DatabasePlace, StorePlace } from "./command.ts";

export interface RunningDatabase {
  readonly address: PostgresAddress;
  /** What was done, for the operator. */
  readonly sentence: string;
  /** Resolves when it is gone though nobody stopped it; a database elsewhere comes back by itself. */
  readonly died: Promise<void>;
  readonly stop: () => Promise<void>;
}

const never = new Promise<void>(() => {});

export const startDatabase = async (
  { dataFolder, database }: StorePlace,
  log: Logger,
): Promise<Result<RunningDatabase, Failure>> => {
  if (database.kind === "url")
    return ok({
      address: { kind: "url", url: database.reveal() },
      sentence: `Postgres is yours, at ${database.shown}.`,
      died: never,
      stop: async () => {},
    });
  const started = await startEmbeddedPostgres({
    folder: dataFolder,
    log: (line) => log.info(line),
  });
  if (!started.ok) return err(embeddedFailure(started.error));
  const { connection, sentence, died, stop } = started.value;
  return ok({ address: { kind: "socket", ...connection }, sentence, died, stop });
};

const exitOfEmbedded = (error: EmbeddedError): Failure["exit"] => {
  switch (error.type) {
    case "DataFolderBusy":
      return Exit.Busy;
    case "PostgresTooOld":
    case "PostgresTooNew":
      return Exit.VersionMismatch;
    case "ClusterUnreadable":
      return Exit.IntegrityFailure;
    case "LoginRefused":
      return Exit.WrongKey;
    case "DiskFull":
    case "FolderUnusable":
    case "FolderNotOurs":
    case "PostgresMissing":
    case "PostgresUnusable":
    case "RootRefused":
    case "InitdbFailed":
    case "StartFailed":
    case "StartTimeout":
      return Exit.Unexpected;
  }
  return unreachable(error);
};

/** These sentences say what to do, behind their colon. */
const embeddedFailure = (error: EmbeddedError): Failure => ({
  code: error.type,
  exit: exitOfEmbedded(error),
  message: errorToSentence(error),
  next: "duro-relay --help",
});

/** Beyond twice the processors, statements wait for each other in Postgres instead of here. */
const connectionCountMax = Math.min(20, 2 * availableParallelism() + 2);

export const connectDatabase = (address: PostgresAddress, log: Logger): Sql =>
  connectSql(address, {
    connectionCountMax,
    onNotice: () => log.debug("Postgres gave notice"),
  });

export interface OpenedDatabase {
  readonly generation: RelayGeneration;
  /** Whether anybody ever registered, gone by now or not. */
  readonly hadUsers: boolean;
}

export const prepareDatabase = async (
  sql: Sql,
  store: StorePlace,
  keys: RelayKeys,
  randomBytes: RandomBytes,
): Promise<Result<OpenedDatabase, Failure>> => {
  try {
    await sql`select 1`;
  } catch (cause) {
    // Of the network, of TLS, of Postgres: whatever it is, nothing can be asked.
    const code = errorCode(cause);
    if (code === undefined) throw cause;
    return err(databaseFailure(store.database, code));
  }
  try {
    const migrated = await migrate(sql);
    if (!migrated.ok) return err(migrateFailure(migrated.error));
    const claimed = await claimRelay(sql, keys.signKey, randomBytes);
    if (!claimed.ok) return err(keyOther(store));
    const generation = await readGeneration(sql);
    if (!generation.ok) return err(functionsForbidden(generation.error.functions));
    const first = await sql`select from first_account`;
    return ok({ generation: generation.value, hadUsers: first.length > 0 });
  } catch (cause) {
    const code = databaseErrorCode(cause);
    if (code === undefined) throw cause;
    return err(databaseFailure(store.database, code));
  }
};

const migrateFailure = (error: MigrateError): Failure => {
  switch (error.type) {
    case "SchemaNewer":
      return {
        code: error.type,
        exit: Exit.VersionMismatch,
        message: `The database has tables of a newer relay (${error.have}; this one knows ${error.know}).`,
        next: "start the newer relay, or restore a backup of before",
      };
    case "MigrationChanged":
      return {
        code: error.type,
        exit: Exit.VersionMismatch,
        message: `The database was made with another ${error.name} than this relay brings.`,
        next: "install the released relay again: its files were changed",
      };
    case "NotOurDatabase":
      return {
        code: error.type,
        exit: Exit.Safeguard,
        message: "The database holds tables of something else, which the relay will not touch.",
        next: "create an empty database for the relay, and name it in DATABASE_URL",
      };
  }
};

const keyOther = ({ keyFile }: StorePlace): Failure => ({
  code: "RelayKeyOther",
  exit: Exit.WrongKey,
  message: `The database belongs to a relay with another key than ${keyFile}.`,
  next: "name that relay's key file with --key-file: all nodes of one relay share it",
});

const functionsForbidden = (functions: readonly string[]): Failure => ({
  code: "FunctionsForbidden",
  exit: Exit.Unexpected,
  message: `The relay's database user may not call ${functions.join(", ")}.`,
  next: `as a superuser of that database: ${functions
    .map((name) => `grant execute on function ${name} to public;`)
    .join(" ")}`,
});

/** The code only: a message of Postgres may hold a value, and one of the client a password. */
const databaseFailure = (database: DatabasePlace, code: string): Failure => {
  const place =
    database.kind === "url" ? `The database at ${database.shown}` : "The relay's Postgres";
  const isRefusal = /^(?:28|3D|42)/u.test(code);
  return {
    code: isRefusal ? "DatabaseRefuses" : "DatabaseUnreachable",
    exit: Exit.Unreachable,
    message: isRefusal
      ? `${place} answers, but does not let the relay in or do its work (${code}).`
      : `${place} does not answer (${code}).`,
    next: isRefusal
      ? "see whether database, user and password of DATABASE_URL exist and may create tables"
      : "see whether Postgres runs there and this machine reaches it",
  };
};
