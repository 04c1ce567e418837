import { mailboxNumbers } from "@duro/protocol";
import { expect, test } from "vitest";
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

test("a mailbox that a node had begun to close when it died takes nobody and is quiet", async () => {
  const database = await openTestDatabase();
  const { sql } = database;
  const store = createPostgresMailboxStore(sql);
  await sql`
    insert into mailboxes (mailbox, expires_at_ms, is_opener_gone, is_burnt)
    values (1, 100, true, false), (2, 100, false, true)`;
  await sql`insert into mailbox_messages values (2, 1, true, ${new Uint8Array(3)})`;
  expect(await store.join(mailboxNumbers.fromNumber(1), 0)).toMatchObject({ ok: false });
  const burnt = { mailbox: mailboxNumbers.fromNumber(2), expiresAtMs: 100 };
  expect(await store.read(burnt, "joiner", 0, 0)).toEqual({ state: "burnt", messages: [] });
  await database.close();
});
