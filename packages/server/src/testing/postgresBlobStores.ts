/** Logs, accounts and blobs of one relay in a fresh database. */
import { createPostgresBlobStore } from "../postgres/postgresBlobStore.ts";
import type { BlobStores } from "./blobStore.contract.ts";
import { openPostgresStores } from "./postgresStores.ts";
import type { TestDatabase } from "./testDatabase.ts";

export const openPostgresBlobStores = async (): Promise<BlobStores & TestDatabase> => {
  const stores = await openPostgresStores();
  return { ...stores, blobStore: createPostgresBlobStore(stores.sql) };
};
