/** A backup or a restore in a process of its own, which a test can kill. */
import { systemRandomBytes } from "@duro/crypto/receipt";
import { asSignPublicKey, assert, hexToBytes } from "@duro/crypto/types";
import { connectSql } from "../../postgres/sql.ts";
import { runBackup } from "../backup/runBackup.ts";
import { runRestore } from "../restore/runRestore.ts";
import type { UpkeepDeps } from "../upkeepDeps.ts";

const [what = "", url = "", file = "", keyHex = ""] = process.argv.slice(2);
const key = hexToBytes(keyHex);
assert(key !== undefined, "the relay's key, in hex");

const sql = connectSql({ kind: "url", url }, { connectionCountMax: 2 });
const deps: UpkeepDeps = {
  sql,
  relayKey: asSignPublicKey(key),
  nowMs: Date.now,
  randomBytes: systemRandomBytes,
  tell: () => {},
  ask: undefined,
  signal: new AbortController().signal,
};
const store = {
  dataFolder: "/data",
  keyFile: "/data/relay.key",
  database: { kind: "embedded" },
} as const;

process.stdout.write("began\n");
const ended =
  what === "backup"
    ? await runBackup({ toFile: file, store }, deps)
    : await runRestore({ fromFile: file, isConfirmed: true, store }, deps);
process.stdout.write(`${JSON.stringify(ended)}\n`);
await sql.end();
