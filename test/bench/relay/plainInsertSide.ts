/**
 * The peer of appends: the same bytes into one plain table of the same Postgres, by a plain program that
 * gathers what its writers wait for into statements of many rows. Its writers are in its own process: it
 * has no sockets to read, and checks nothing.
 */
import { assert } from "@duro/crypto/types";
import { signedHeadByteLength } from "@duro/protocol";
import postgres from "postgres";
import { systemRandomBytes } from "../../../packages/crypto/src/random.ts";
import { smallBodyByteLength } from "./chainFeed.ts";
import { serveJobs } from "./jobs.ts";
import type { DatabasePlace } from "./relayProcess.ts";
import { putsUnderWay } from "./underWay.ts";

interface Row {
  readonly vault: string;
  readonly seq: number;
  readonly bytes: Uint8Array;
}

/** Rows of one vault that a writer waits for at once. */
type Put = readonly Row[];

interface Waiting {
  readonly put: Put;
  readonly stored: () => void;
}

interface Shape {
  readonly writerCount: number;
  readonly vaultCount: number;
  readonly putSize: number;
  readonly rowCount: number;
}

/** More of them, or of connections, gain Postgres nothing on a machine of few processors. */
const rowsPerStatement = 100;
const connectionCountMax = 10;
const rowByteLength = signedHeadByteLength + smallBodyByteLength;

let connections: readonly postgres.Sql[] = [];
let puts: readonly (readonly Put[])[] = [];
const seqs = new Map<string, number>();
let vaults: readonly string[] = [];

const nextRow = (vault: string): Row => {
  const seq = (seqs.get(vault) ?? 0) + 1;
  seqs.set(vault, seq);
  return { vault, seq, bytes: systemRandomBytes(rowByteLength) };
};

const connect = async (ask: { database: DatabasePlace; writerCount: number }): Promise<void> => {
  const { database, writerCount } = ask;
  await Promise.all(connections.map((sql) => sql.end()));
  connections = Array.from({ length: Math.min(writerCount, connectionCountMax) }, () =>
    postgres({ ...database, max: 1, idle_timeout: 0, max_lifetime: null, onnotice: () => {} }),
  );
  const [first] = connections;
  assert(first !== undefined, "there is a connection");
  await first`create table if not exists plain_rows (
    vault uuid not null, seq bigint not null, bytes bytea not null, primary key (vault, seq))`;
  await Promise.all(connections.map((sql) => sql`select 1`));
};

const make = ({ writerCount, vaultCount, putSize, rowCount }: Shape): void => {
  if (vaults.length !== vaultCount)
    vaults = Array.from({ length: vaultCount }, () => crypto.randomUUID());
  const putCount = Math.ceil(rowCount / putSize / writerCount);
  puts = Array.from({ length: writerCount }, (_, writer) =>
    Array.from({ length: putCount }, (__, at) => {
      const vault = vaults[(writer + at * writerCount) % vaults.length];
      assert(vault !== undefined, "there is a vault");
      return Array.from({ length: putSize }, () => nextRow(vault));
    }),
  );
};

const takeStatement = (waiting: Waiting[]): readonly Waiting[] => {
  let rowCount = 0;
  const count = waiting.findIndex(({ put }) => (rowCount += put.length) > rowsPerStatement);
  return waiting.splice(0, count === -1 ? waiting.length : Math.max(1, count));
};

/** Gives a function that stores one put, together with others. */
const createGatherer = () => {
  const waiting: Waiting[] = [];
  const free = [...connections];
  const run = async (sql: postgres.Sql): Promise<void> => {
    // What arrives in the same turn goes along.
    await new Promise(setImmediate);
    while (waiting.length > 0) {
      const taken = takeStatement(waiting);
      await sql`insert into plain_rows ${sql(taken.flatMap(({ put }) => put))}`;
      for (const { stored } of taken) stored();
      await new Promise(setImmediate);
    }
    free.push(sql);
  };
  return (put: Put): Promise<void> =>
    new Promise((stored) => {
      waiting.push({ put, stored });
      const sql = free.pop();
      if (sql !== undefined) void run(sql);
    });
};

const writeAll = async (
  own: readonly Put[],
  store: (put: Put) => Promise<void>,
  underWay: number,
): Promise<void> => {
  const rest = own.values();
  const writeOn = async (): Promise<void> => {
    for (const put of rest) await store(put);
  };
  await Promise.all(Array.from({ length: underWay }, writeOn));
};

const jobs = {
  connect,
  make,
  /** Gives how many rows were stored. */
  write: async ({ putSize }: { putSize: number }): Promise<number> => {
    const store = createGatherer();
    await Promise.all(puts.map((own) => writeAll(own, store, putsUnderWay(putSize))));
    return puts.flat(2).length;
  },
};

export type PlainInsertSide = typeof jobs;
serveJobs(jobs);
