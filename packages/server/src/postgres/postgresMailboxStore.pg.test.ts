import { mailboxStoreContract } from "../testing/mailboxStore.contract.ts";
import { openTestDatabase } from "../testing/testDatabase.ts";
import { createPostgresMailboxStore } from "./postgresMailboxStore.ts";

mailboxStoreContract("Postgres", async () => {
  const database = await openTestDatabase();
  return {
    store: createPostgresMailboxStore(database.sql),
    close: () => database.close(),
  };
});
