import { randomUUID } from "node:crypto";
import { mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import postgres from "postgres";
import { assert } from "@duro/crypto/types";
import { onTestFinished } from "vitest";
import {
  type EmbeddedError,
  type RunningPostgres,
  startEmbeddedPostgres,
  startEmbeddedPostgresBy,
} from "../embeddedPostgres.ts";
import { placesIn } from "../places.ts";
import type { Way } from "../ways.ts";
import { killIfThere } from "./owner.ts";

/** Folders and servers for one test; both are gone when it is over, whatever it did with them. */

/** Only its owner may enter: where the tests run as root, a folder that only root may enter. */
export const createFolder = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), "duro-embedded-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }));
  return folder;
};

export interface StartOptions {
  readonly folder: string;
  readonly ways?: readonly Way[];
  readonly log?: (line: string) => void;
}

const start = ({ folder, ways, log = () => undefined }: StartOptions) =>
  (ways === undefined ? startEmbeddedPostgres : startEmbeddedPostgresBy(() => ways))({
    folder,
    log,
  });

export const startRunning = async (options: StartOptions): Promise<RunningPostgres> => {
  const started = await start(options);
  assert(started.ok, `Postgres starts: ${JSON.stringify(started)}`);
  const running = started.value;
  onTestFinished(async () => {
    await running.stop();
    await killIfThere(running.pid);
  });
  return running;
};

export const startRefused = async (options: StartOptions): Promise<EmbeddedError> => {
  const started = await start(options);
  assert(!started.ok, "Postgres does not start");
  return started.error;
};

export const connect = ({ connection }: Pick<RunningPostgres, "connection">): postgres.Sql => {
  const sql = postgres({ ...connection, max: 1, onnotice: () => undefined });
  onTestFinished(() => sql.end({ timeout: 1 }));
  return sql;
};

let shared: Promise<string> | undefined;

const makeSharedFolder = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), "duro-embedded-shared-"));
  const started = await startEmbeddedPostgres({ folder, log: () => undefined });
  assert(started.ok, `Postgres starts: ${JSON.stringify(started)}`);
  const sql = postgres({ ...started.value.connection, max: 1 });
  await sql`create table kept (word text primary key)`;
  await sql.end();
  await started.value.stop();
  return folder;
};

/**
 * One folder for the cases of a file, with a table for words: to make one takes most of a second, and
 * whatever a case leaves behind, a killed server too, is what the next start must cope with.
 */
export const sharedFolder = (): Promise<string> => (shared ??= makeSharedFolder());

export const removeSharedFolder = async (): Promise<void> => {
  if (shared !== undefined) await rm(await shared, { recursive: true, force: true });
};

/** For a case that is about the folder's name: the shared cluster moves there, and back. */
export const lendCluster = async (folder: string): Promise<void> => {
  const [home, away] = [placesIn(await sharedFolder()).cluster, placesIn(folder).cluster];
  await mkdir(folder, { recursive: true });
  await rename(home, away);
  onTestFinished(() => rename(away, home));
};

export const keep = async (running: Pick<RunningPostgres, "connection">): Promise<string> => {
  const word = randomUUID();
  await connect(running)`insert into kept values (${word})`;
  return word;
};

export const isKept = async (running: Pick<RunningPostgres, "connection">, word: string) => {
  const rows = await connect(running)`select 1 from kept where word = ${word}`;
  return rows.length === 1;
};
