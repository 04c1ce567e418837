/** A program that does nothing but migrate, for a test to kill. */
import { assert } from "@duro/crypto/types";
import { migrate } from "../postgres/migrate.ts";
import { connectSql } from "../postgres/sql.ts";

const [url, folder] = process.argv.slice(2);
assert(url !== undefined && folder !== undefined, "a database and a folder of migrations");

const sql = connectSql({ kind: "url", url }, { connectionCountMax: 1 });
await migrate(sql, folder);
await sql.end();
