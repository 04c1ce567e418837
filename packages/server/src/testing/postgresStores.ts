/** Logs and accounts of one relay in a fresh database. */
import { createPostgresAccountStore } from "../postgres/postgresAccountStore.ts";
import { createPostgresLogStore } from "../postgres/postgresLogStore.ts";
import type { Stores } from "./storeSamples.ts";
import { openTestDatabase, type TestDatabase } from "./testDatabase.ts";

export const openPostgresStores = async (): Promise<Stores & TestDatabase> => {
  const database = await openTestDatabase();
  return {
    ...database,
    logStore: createPostgresLogStore(database.sql),
    accountStore: createPostgresAccountStore(database.sql),
  };
};
