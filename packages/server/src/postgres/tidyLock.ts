/**
 * A lock that one node holds for minutes. It belongs to a connection of its own, and goes with it: by
 * ending that, or by dying. Nothing is ever sent to give it up, since the driver, postgres 3.4.9, ends the
 * process when it writes to a connection that was lost meanwhile. Whoever loses it so goes on beside the
 * next one, and each of their transactions is in order by itself.
 */
import postgres from "postgres";
import type { Sql } from "./sql.ts";

const endTimeoutSeconds = 5;

/** Undefined: somebody else has it. */
export const withLock = async <T>(
  sql: Sql,
  key: number,
  work: () => Promise<T>,
): Promise<T | undefined> => {
  const session = connectSession(sql);
  try {
    const [lock] = await session<{ is_ours: boolean }[]>`
      select pg_try_advisory_lock(${key}) as is_ours`;
    return lock?.is_ours === true ? await work() : undefined;
  } finally {
    await session.end({ timeout: endTimeoutSeconds });
  }
};

/** Never ended by itself: the lock would be gone. */
const connectSession = ({ options }: Sql): Sql => {
  const own = { ...options, max: 1, idle_timeout: 0, max_lifetime: null };
  // What the driver has parsed once it takes back as it is; its types know only what comes from outside.
  return postgres(own as unknown as postgres.Options<typeof options.types>);
};
