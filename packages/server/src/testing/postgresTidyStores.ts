/** All stores that tidying touches, on one database. */
import { createPostgresAccountStore } from "../postgres/postgresAccountStore.ts";
import { createPostgresBlobStore } from "../postgres/postgresBlobStore.ts";
import { createPostgresChainStore } from "../postgres/postgresChainStore.ts";
import { createPostgresLogStore } from "../postgres/postgresLogStore.ts";
import { createPostgresMailboxStore } from "../postgres/postgresMailboxStore.ts";
import { createPostgresTidyStore } from "../postgres/postgresTidyStore.ts";
import type { Sql } from "../postgres/sql.ts";
import { openTestDatabase, type TestDatabase } from "./testDatabase.ts";
import type { TidyStores } from "./tidyWorld.ts";

/** `close` ends the appends' connections, and not the pool. */
export const tidyStoresOf = (sql: Sql): TidyStores => {
  const chainStore = createPostgresChainStore(sql, { laneCount: 1 });
  return {
    logStore: createPostgresLogStore(sql),
    accountStore: createPostgresAccountStore(sql),
    chainStore,
    blobStore: createPostgresBlobStore(sql),
    mailboxStore: createPostgresMailboxStore(sql),
    tidyStore: createPostgresTidyStore(sql),
    close: () => chainStore.close(),
  };
};

export const openTidyStores = async (): Promise<TidyStores & TestDatabase> => {
  const database = await openTestDatabase();
  const stores = tidyStoresOf(database.sql);
  return {
    ...database,
    ...stores,
    close: async () => {
      await stores.close();
      await database.close();
    },
  };
};

export interface SharedTidyStores {
  /** Empty. `close` empties them again. */
  readonly open: () => Promise<TidyStores>;
  readonly end: () => Promise<void>;
}

/** One database for many tests, one after the other: making one takes longer than most of them. */
export const shareTidyStores = (): SharedTidyStores => {
  let shared: Promise<TestDatabase> | undefined;
  return {
    open: async () => {
      shared ??= openTestDatabase();
      const { sql } = await shared;
      const stores = tidyStoresOf(sql);
      return {
        ...stores,
        close: async () => {
          await stores.close();
          await removeAllRows(sql);
        },
      };
    },
    end: async () => (await shared)?.close(),
  };
};

const removeAllRows = async (sql: Sql): Promise<void> => {
  const tables = await sql<{ name: string }[]>`
    select relname as name from pg_class
    where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition
      and relname <> 'schema_migrations'`;
  for (const { name } of tables) await sql`delete from ${sql(name)}`;
};
