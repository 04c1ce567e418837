/**
 * A Postgres for one run of tests: the embedded one, in a folder that goes when the run ends. With
 * DURO_TEST_DATABASE_URL in the environment that one is used, and left alone.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startEmbeddedPostgres } from "../embedded/embeddedPostgres.ts";

const variable = "DURO_TEST_DATABASE_URL";

export const setup = async (): Promise<(() => Promise<void>) | undefined> => {
  if (process.env[variable] !== undefined) return undefined;
  const folder = await mkdtemp(join(tmpdir(), "duro-test-"));
  const started = await startEmbeddedPostgres({ folder: join(folder, "postgres"), log: () => {} });
  if (!started.ok) throw new Error(`no Postgres for tests: ${started.error.type}`);
  const { path, user, password, database } = started.value.connection;
  const url = new URL(`postgres://localhost/${database}`);
  url.username = user;
  url.password = password;
  url.searchParams.set("host", path.slice(0, path.lastIndexOf("/")));
  process.env[variable] = url.href;
  return async () => {
    await started.value.stop();
    await rm(folder, { recursive: true, force: true });
  };
};
