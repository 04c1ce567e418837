/** The peer of catching up: the same rows by one plain query, in a process of its own. */
import postgres from "postgres";
import { serveJobs } from "./jobs.ts";
import type { DatabasePlace } from "./relayProcess.ts";

let sql: postgres.Sql | undefined;

const jobs = {
  connect: async (database: DatabasePlace): Promise<void> => {
    sql = postgres({ ...database, max: 1, idle_timeout: 0 });
    await sql`select 1`;
  },
  /** Gives how many rows came. */
  read: async ({ vault }: { vault: string }): Promise<number> => {
    if (sql === undefined) throw new Error("connected first");
    const rows = await sql`
      select h.position, h.signed_head, b.body
      from envelope_heads h join envelope_bodies b using (vault_id, position)
      where h.vault_id = ${vault} order by h.position`;
    return rows.length;
  },
};

export type PlainSelectSide = typeof jobs;
serveJobs(jobs);
