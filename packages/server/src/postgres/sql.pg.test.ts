import { afterEach, beforeEach, expect, test } from "vitest";
import { openTestDatabase, type TestDatabase } from "../testing/testDatabase.ts";
import { connectSql, type SqlOptions } from "./sql.ts";

let database: TestDatabase;
beforeEach(async () => {
  database = await openTestDatabase();
});
afterEach(async () => {
  await database.close();
});

const commitMode = async (options: Partial<SqlOptions>): Promise<unknown> => {
  const address = { kind: "url", url: database.url } as const;
  const sql = connectSql(address, { connectionCountMax: 1, ...options });
  const [row] = await sql`show synchronous_commit`;
  await sql.end();
  return row?.["synchronous_commit"];
};

test("a commit waits for the disk, unless it was said that it need not", async () => {
  expect(await commitMode({})).toBe("on");
  expect(await commitMode({ waitsForDisk: true })).toBe("on");
  expect(await commitMode({ waitsForDisk: false })).toBe("off");
});
