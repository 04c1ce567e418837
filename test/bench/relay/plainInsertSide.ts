/** The peer of appends: the same bytes into one plain table of the same Postgres. */
import { assert } from "@duro/crypto/types";
import { limits } from "@duro/protocol";
import postgres from "postgres";
import { systemRandomBytes } from "../../../packages/crypto/src/random.ts";
import { signedHeadByteLength } from "../../../packages/protocol/src/wire/signedHeads.ts";
import { smallBodyByteLength } from "./chainFeed.ts";
import { serveJobs } from "./jobs.ts";
import type { DatabasePlace } from "./relayProcess.ts";

interface Row {
  readonly vault: string;
  readonly seq: number;
  readonly bytes: Uint8Array;
}

interface Shape {
  readonly connectionCount: number;
  readonly vaultCount: number;
  readonly rowsPerStatement: number;
  readonly rowCount: number;
}

/** The relay's own Postgres lets 60 in, and the relay needs some of them. */
export const connectionCountMax = 40;
const rowByteLength = signedHeadByteLength + smallBodyByteLength;

let connections: readonly postgres.Sql[] = [];
let statements: readonly (readonly Row[])[][] = [];
const seqs = new Map<string, number>();
let vaults: readonly string[] = [];

const nextRow = (vault: string): Row => {
  const seq = (seqs.get(vault) ?? 0) + 1;
  seqs.set(vault, seq);
  return { vault, seq, bytes: systemRandomBytes(rowByteLength) };
};

const connect = async ({
  database,
  connectionCount,
}: {
  database: DatabasePlace;
  connectionCount: number;
}): Promise<void> => {
  await Promise.all(connections.map((sql) => sql.end()));
  connections = Array.from({ length: Math.min(connectionCount, connectionCountMax) }, () =>
    postgres({ ...database, max: 1, idle_timeout: 0, max_lifetime: null, onnotice: () => {} }),
  );
  const [first] = connections;
  assert(first !== undefined, "there is a connection");
  await first`create table if not exists plain_rows (
    vault uuid not null, seq bigint not null, bytes bytea not null, primary key (vault, seq))`;
  await Promise.all(connections.map((sql) => sql`select 1`));
};

/** A statement each for what a Put would carry, of one vault. */
const make = ({ vaultCount, rowsPerStatement, rowCount }: Shape): void => {
  if (vaults.length !== vaultCount)
    vaults = Array.from({ length: vaultCount }, () => crypto.randomUUID());
  const statementCount = Math.ceil(rowCount / rowsPerStatement);
  statements = connections.map(() => []);
  for (let at = 0; at < statementCount; at++) {
    const vault = vaults[at % vaults.length];
    assert(vault !== undefined, "there is a vault");
    statements[at % connections.length]?.push(
      Array.from({ length: rowsPerStatement }, () => nextRow(vault)),
    );
  }
};

const insertAll = async (
  sql: postgres.Sql,
  own: readonly (readonly Row[])[],
  inFlightCount: number,
): Promise<void> => {
  let at = 0;
  const insert = async (): Promise<void> => {
    for (let rows = own[at++]; rows !== undefined; rows = own[at++])
      await sql`insert into plain_rows ${sql(rows)}`;
  };
  await Promise.all(Array.from({ length: inFlightCount }, insert));
};

const jobs = {
  connect,
  make,
  write: async ({ connectionCount }: { connectionCount: number }): Promise<number> => {
    const inFlightCount = Math.ceil(
      (limits.putsInFlightMax * connectionCount) / connections.length,
    );
    await Promise.all(
      connections.map((sql, at) => insertAll(sql, statements[at] ?? [], inFlightCount)),
    );
    return statements.flat(2).length;
  },
};

export type PlainInsertSide = typeof jobs;
serveJobs(jobs);
