/**
 * A program of its own that tidies one database once, so that a test can kill it at work. Arguments: the
 * database's URL, and what time it is. Says "connected", begins when its stdin ends and, if it comes to
 * that, says "done".
 */
import { once } from "node:events";
import { connectSql } from "../postgres/sql.ts";
import { createKnownLogs } from "../relay/knownLogs.ts";
import { runTidying } from "../tidy/runTidying.ts";
import { tidyStoresOf } from "./postgresTidyStores.ts";

const [url = "", nowMs = ""] = process.argv.slice(2);
const sql = connectSql({ kind: "url", url }, { connectionCountMax: 4 });
const stores = tidyStoresOf(sql);
const logs = createKnownLogs(stores.logStore);
const onFailure = (_: string, cause: unknown): never => {
  throw cause;
};

// The first query connects.
await sql`select 1`;
process.stdout.write("connected\n");
await once(process.stdin.resume(), "end");
const limits = { nowMs: () => Number(nowMs), shouldStop: () => false };
await runTidying({ ...stores, logs, onFailure }, limits);
process.stdout.write("done\n");
await stores.close();
await sql.end();
