/**
 * Connections of their own for transactions of one trip, a single statement, or of two: look, decide,
 * write. `begin` goes out with what is looked at, and `commit` with what is written, so that locks are
 * held for one turn of the network.
 *
 * The driver, postgres 3.4.9, carries the state of a lost connection over to the one that follows it: an
 * error meant for another statement, or a statement that nobody waits for. So a lane is never mended: one
 * that lost its connection is left behind, and a new one takes its place.
 */
import { assert } from "@duro/crypto/types";
import postgres from "postgres";
import type { Sql } from "./sql.ts";

/** Not on its way yet. */
export type Statement<Answer = unknown> = PromiseLike<Answer> & { execute(): unknown };

type Answers<Statements extends readonly Statement[]> = {
  -readonly [At in keyof Statements]: Awaited<Statements[At]>;
};

interface Decision<T> {
  readonly writes: readonly Statement[];
  readonly value: T;
}

interface TwoTrips<Looks extends readonly Statement[], T> {
  readonly look: (sql: Sql) => Looks;
  /** Nothing is written where it answers no statement, nor where it throws. */
  readonly decide: (looked: Answers<Looks>, sql: Sql) => Decision<T>;
}

export interface Lanes {
  transact<const Looks extends readonly Statement[], T>(trips: TwoTrips<Looks, T>): Promise<T>;
  /** Committed when it answers: the driver waits for more than the statement's own end. */
  say<Answer>(statement: (sql: Sql) => Statement<Answer>): Promise<Answer>;
  /** When those that are under way have ended. */
  close(): Promise<void>;
}

/** Carries what Postgres calls it and nothing else: its own error has the values in it. */
class TransactionFailed extends Error {
  override readonly name = "TransactionFailed";
  readonly code: string;

  constructor(code: string) {
    super(`a transaction was given up: ${code}`);
    this.code = code;
  }
}

interface Lane {
  sql: Sql;
}

export const createLanes = (sql: Sql, laneCount: number): Lanes => {
  const lanes = Array.from({ length: laneCount }, (): Lane => ({ sql: connectLane(sql) }));
  const free = [...lanes];
  const waiting: ((lane: Lane) => void)[] = [];
  let isClosed = false;

  const take = async (): Promise<Lane> =>
    free.pop() ?? (await new Promise<Lane>((resolve) => waiting.push(resolve)));
  const giveBack = (lane: Lane): void => {
    const next = waiting.shift();
    if (next === undefined) free.push(lane);
    else next(lane);
  };

  const onLane = async <T>(work: (lane: Sql) => Promise<T>): Promise<T> => {
    assert(!isClosed, "nobody writes after the end");
    const lane = await take();
    try {
      return await work(lane.sql);
    } catch (cause) {
      if (!(cause instanceof LaneLost)) throw cause;
      abandon(lane.sql);
      lane.sql = connectLane(sql);
      throw new TransactionFailed(cause.code);
    } finally {
      giveBack(lane);
    }
  };

  return {
    transact: (trips) => onLane((lane) => transactOn(lane, trips)),
    say: (statement) => onLane((lane) => sayOn(statement(lane))),
    close: async () => {
      isClosed = true;
      const ended = lanes.map(async () => (await take()).sql.end());
      await Promise.all(ended);
    },
  };
};

/** Whatever it still wants to say. */
const abandon = (sql: Sql): void => {
  void sql.end({ timeout: 0 }).catch(() => undefined);
};

/** Whether the connection still stands is not known. */
class LaneLost extends Error {
  override readonly name = "LaneLost";
  readonly code: string;

  constructor(cause: unknown) {
    super("a lane lost its connection");
    this.code = codeOf(cause);
  }
}

/**
 * One connection that never ends by itself: the next one would take the second trip without the first.
 * It asks for no types of arrays, since nobody catches it when the driver loses a connection over that.
 * Every row is found by its key, so plans are made once, and none of them reads a table from end to end,
 * whatever is known or not yet known about its size.
 */
const connectLane = ({ options }: Sql): Sql => {
  const own = {
    ...options,
    max: 1,
    idle_timeout: 0,
    max_lifetime: null,
    fetch_types: false,
    connection: {
      ...options.connection,
      plan_cache_mode: "force_generic_plan",
      enable_seqscan: "off",
      enable_hashjoin: "off",
      enable_mergejoin: "off",
    },
  };
  // What the driver has parsed once it takes back as it is; its types know only what comes from outside.
  return postgres(own as unknown as postgres.Options<typeof options.types>);
};

const transactOn = async <Looks extends readonly Statement[], T>(
  sql: Sql,
  { look, decide }: TwoTrips<Looks, T>,
): Promise<T> => {
  const looks = look(sql);
  const looked = await firstTrip(sql, looks);
  const { writes, value } = await decideOrRollBack(sql, () => decide(looked, sql));
  // No turn of the event loop lies between the two trips: the connection is the same.
  if (writes.length === 0) await rollBack(sql);
  else await secondTrip(sql, writes);
  return value;
};

const sayOn = async <Answer>(statement: Statement<Answer>): Promise<Answer> => {
  try {
    return await statement;
  } catch (cause) {
    await settled([], cause);
    throw new TransactionFailed(codeOf(cause));
  }
};

const firstTrip = async <Looks extends readonly Statement[]>(
  sql: Sql,
  looks: Looks,
): Promise<Answers<Looks>> => {
  const begin = sql`begin`;
  const all = [begin, ...looks];
  try {
    await inOrder(all);
  } catch (cause) {
    await settled(all, cause);
    await rollBack(sql);
    throw new TransactionFailed(codeOf(cause));
  }
  return await Promise.all(looks);
};

const secondTrip = async (sql: Sql, writes: readonly Statement[]): Promise<void> => {
  const commit = sql`commit`;
  const all = [...writes, commit];
  try {
    await inOrder(all);
  } catch (cause) {
    await settled(all, cause);
    throw new TransactionFailed(codeOf(cause));
  }
  // Postgres answers the commit of a failed transaction without an error, by what it did instead.
  const { command } = await commit;
  if (command !== "COMMIT") throw new TransactionFailed(command);
};

/** On the wire one behind the other, without waiting in between. */
const inOrder = async (statements: readonly Statement[]): Promise<void> => {
  for (const statement of statements) statement.execute();
  await Promise.all(statements);
};

/** After a failure: when the connection is free again, unless it is lost. */
const settled = async (statements: readonly Statement[], cause: unknown): Promise<void> => {
  if (isLost(cause)) throw new LaneLost(cause);
  await Promise.allSettled(statements);
};

const decideOrRollBack = async <T>(sql: Sql, decide: () => T): Promise<T> => {
  try {
    return decide();
  } catch (cause) {
    await rollBack(sql);
    throw cause;
  }
};

const rollBack = async (sql: Sql): Promise<void> => {
  try {
    await sql`rollback`;
  } catch (cause) {
    throw new LaneLost(cause);
  }
};

/** Unless Postgres itself refused the statement, and goes on. */
const isLost = (cause: unknown): boolean =>
  !(cause instanceof postgres.PostgresError) || cause.severity === "FATAL";

const codeOf = (cause: unknown): string => {
  const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
  return typeof code === "string" ? code : "unknown";
};
