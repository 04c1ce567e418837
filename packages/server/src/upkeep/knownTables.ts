/** Whether the tables are those that this program knows: it reads and changes no others. */
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Transaction } from "../postgres/transact.ts";
import { readSchema } from "./backup/tables.ts";
import type { UpkeepError } from "./upkeepError.ts";

export const migrationsFolder = join(import.meta.dirname, "../migrations");

export const readMigrationCount = async (folder: string): Promise<number> =>
  (await readdir(folder)).filter((name) => name.endsWith(".sql")).length;

/** Undefined: they are. */
export const refuseTables = async (
  tx: Transaction,
  folder: string = migrationsFolder,
): Promise<UpkeepError | undefined> => {
  const have = await readSchema(tx);
  if (have === undefined) return { type: "NoRelayHere" };
  const know = await readMigrationCount(folder);
  if (have === know) return undefined;
  return { type: have > know ? "TablesNewer" : "TablesOlder", have, know };
};
