/** Commands of upkeep as a test runs them. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemRandomBytes } from "@duro/crypto/receipt";
import { assert, type SignPublicKey } from "@duro/crypto/types";
import { onTestFinished } from "vitest";
import type { StorePlace } from "../../program/command.ts";
import type { Sql } from "../../postgres/sql.ts";
import { runBackup } from "../backup/runBackup.ts";
import { runRestore } from "../restore/runRestore.ts";
import type { UpkeepDeps } from "../upkeepDeps.ts";

export const testStore: StorePlace = {
  dataFolder: "/data",
  keyFile: "/data/relay.key",
  database: { kind: "embedded" },
};

/** As if a person did it who is not asked. */
export const upkeepDeps = (sql: Sql, relayKey: SignPublicKey | undefined): UpkeepDeps => ({
  sql,
  relayKey,
  nowMs: Date.now,
  randomBytes: systemRandomBytes,
  tell: () => {},
  ask: undefined,
  signal: new AbortController().signal,
});

export const newFolder = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), "duro-upkeep-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
};

export const backUpTo = async (sql: Sql, toFile: string): Promise<void> => {
  const ended = await runBackup({ toFile, store: testStore }, upkeepDeps(sql, undefined));
  assert(ended.ok, JSON.stringify(ended));
};

export interface RestoreChanges extends Partial<UpkeepDeps> {
  readonly isConfirmed?: boolean;
  readonly migrationsFolder?: string;
}

export const restoreFrom = (
  fromFile: string,
  sql: Sql,
  relayKey: SignPublicKey | undefined,
  { isConfirmed = true, ...changes }: RestoreChanges = {},
) =>
  runRestore(
    { fromFile, isConfirmed, store: testStore },
    { ...upkeepDeps(sql, relayKey), ...changes },
  );
