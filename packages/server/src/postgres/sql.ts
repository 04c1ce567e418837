/** One pool of connections to Postgres, set up so that rows come back as this code means them. */
import type { IdKind } from "@duro/crypto/types";
import { assert } from "@duro/crypto/types";
import postgres from "postgres";

/** Where Postgres is: a URL, or the socket of the one that the relay runs itself. */
export type PostgresAddress =
  | { readonly kind: "url"; readonly url: string }
  | {
      readonly kind: "socket";
      readonly path: string;
      readonly user: string;
      readonly password: string;
      readonly database: string;
    };

const uuidOid = 2950;
const bigintOid = 20;

/** A statement that takes longer is stuck: locks here last milliseconds. */
const statementTimeoutMs = 30_000;
const lockTimeoutMs = 10_000;
/** A transaction whose owner died may not hold a vault for long. */
const idleInTransactionTimeoutMs = 15_000;
const connectTimeoutSeconds = 5;

/** The driver's own goes up to 20 s: after a failover statements would wait for a database that is there. */
const backoffSeconds = (tryCount: number): number => Math.min(1, 0.05 * 2 ** tryCount);

const types = {
  /** Positions, seqs and bytes stay below 2^53. */
  bigint: {
    to: bigintOid,
    from: [bigintOid],
    parse: (text: string) => Number(text),
    serialize: (value: number) => `${value}`,
  },
  /** Ids of 16 bytes: hex in this code. */
  uuid: {
    to: uuidOid,
    from: [uuidOid],
    parse: (text: string) => text.replaceAll("-", ""),
    serialize: (value: string) => value,
  },
};

export type Sql = postgres.Sql<{ bigint: number; uuid: string }>;

export interface SqlOptions {
  readonly connectionCountMax: number;
  /** False where nothing is stored that anybody would miss: a commit is not held up by the disk. */
  readonly waitsForDisk?: boolean;
  /** Of a server's messages, none of which holds a value. */
  readonly onNotice?: (message: string) => void;
}

export const connectSql = (address: PostgresAddress, options: SqlOptions): Sql => {
  const shared = {
    max: options.connectionCountMax,
    connect_timeout: connectTimeoutSeconds,
    backoff: backoffSeconds,
    types,
    onnotice: ({ message }: { readonly message?: string }) => options.onNotice?.(message ?? ""),
    connection: {
      application_name: "duro-relay",
      statement_timeout: statementTimeoutMs,
      lock_timeout: lockTimeoutMs,
      idle_in_transaction_session_timeout: idleInTransactionTimeoutMs,
      synchronous_commit: options.waitsForDisk === false ? "off" : "on",
    },
  };
  if (address.kind === "url") return postgres(...urlAndPath(address.url, shared));
  const { path, user, password, database } = address;
  return postgres({ ...shared, path, user, password, database });
};

/**
 * As libpq has it, `?host=/folder` means the socket in that folder; postgres.js knows a path for that.
 */
const urlAndPath = <Options extends object>(
  text: string,
  options: Options,
): [string, Options & { readonly path?: string }] => {
  const url = new URL(text);
  const folder = url.searchParams.get("host");
  if (folder?.startsWith("/") !== true) return [text, options];
  url.searchParams.delete("host");
  // A host that is not asked, where there was none.
  if (url.hostname === "") url.hostname = "localhost";
  return [url.href, { ...options, path: `${folder}/.s.PGSQL.${url.port || "5432"}` }];
};

/** An id that this code wrote itself. */
export const storedId = <Id extends string>(kind: IdKind<Id>, text: string): Id => {
  const id = kind.parse(text);
  assert(id.ok, "what was stored is an id");
  return id.value;
};

/** An id of 32 bytes, as it comes from a bytea column. */
export const storedBytesId = <Id extends string>(kind: IdKind<Id>, bytes: Uint8Array): Id =>
  kind.fromBytes(bytes);
