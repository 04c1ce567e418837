import { assert, err, ok, type Result } from "@duro/crypto/types";
import { readFile } from "node:fs/promises";
import { isAbsolute } from "node:path";
import { adopt } from "./adopt.ts";
import type { Attached } from "./attach.ts";
import { locateBinaries } from "./binaries.ts";
import { chooseWay } from "./chooseWay.ts";
import type { EmbeddedError } from "./embeddedError.ts";
import { checkCluster, clearSocketFolder, openFolder } from "./folder.ts";
import { takeFolderLock } from "./folderLock.ts";
import type { Ground } from "./ground.ts";
import { makeCluster, removeLeftovers } from "./initdb.ts";
import { launch } from "./launch.ts";
import { linkLibraries, postgresEnvironment } from "./libraryLinks.ts";
import { trimLog } from "./logFile.ts";
import { giveEverything } from "./ownership.ts";
import { placesIn } from "./places.ts";
import { createRunningPostgres, type RunningPostgres } from "./runningPostgres.ts";
import { systemErrorToValue } from "./systemError.ts";
import { isRoot, type Owner, type Way, waysFor } from "./ways.ts";

/**
 * The relay's own Postgres: found, made, started, adopted. Nothing outside this folder knows that it
 * is a program with files; the relay gets a connection, a sentence and a way to end it.
 */

export { type EmbeddedError, errorToSentence } from "./embeddedError.ts";
export type { RunningPostgres } from "./runningPostgres.ts";
export { relayLockKey } from "./session.ts";

export interface EmbeddedOptions {
  /** Absolute. Made if it is not there, and given to Postgres as a whole. */
  readonly folder: string;
  readonly log: (line: string) => void;
}

type Started = Result<RunningPostgres, EmbeddedError>;

interface Found {
  readonly attached: Attached;
  readonly wasAdopted: boolean;
  readonly sentence: string;
}

const readPassword = async ({ places }: Ground): Promise<string> =>
  (await readFile(places.password, "utf8")).trim();

const startServer = async (
  ground: Ground,
  cluster: "absent" | "present",
): Promise<Result<Found, EmbeddedError>> => {
  const { places, binaries, own } = ground;
  await linkLibraries(binaries, places.libraries);
  const way = await chooseWay(ground);
  if (!way.ok) return way;
  if (cluster === "absent") {
    const made = await makeCluster(ground, way.value);
    if (!made.ok) return made;
  }
  const cleared = await clearSocketFolder(places, own);
  if (!cleared.ok) return cleared;
  await trimLog(places);
  if (isRoot(own)) giveEverything(places, way.value);
  const launched = await launch(ground, way.value, await readPassword(ground));
  if (!launched.ok) return launched;
  const sentence = `Postgres ${binaries.version} runs in ${places.folder}${way.value.clause}.`;
  return ok({ attached: launched.value, wasAdopted: false, sentence });
};

/** Only with the folder's lock: nobody else starts, makes or removes anything here meanwhile. */
const findOrStart = async (ground: Ground): Promise<Result<Found, EmbeddedError>> => {
  const { places, binaries } = ground;
  const cluster = await checkCluster(places, binaries.major);
  if (!cluster.ok) return cluster;
  await removeLeftovers(ground);
  if (cluster.value === "present") {
    const adopted = await adopt(ground, await readPassword(ground));
    if (!adopted.ok) return adopted;
    if (adopted.value !== undefined) {
      const sentence = `Postgres ${binaries.version} was still running in ${places.folder} and was adopted.`;
      return ok({ attached: adopted.value, wasAdopted: true, sentence });
    }
  }
  return startServer(ground, cluster.value);
};

const startIn = async (
  folder: string,
  ways: readonly Way[],
  own: Owner,
  log: EmbeddedOptions["log"],
): Promise<Started> => {
  const binaries = locateBinaries(process);
  if (!binaries.ok) return binaries;
  const opened = await openFolder(folder, own);
  if (!opened.ok) return opened;
  const places = placesIn(opened.value);
  const folderLock = await takeFolderLock(places);
  if (!folderLock.ok) return folderLock;
  const env = postgresEnvironment(binaries.value, places.libraries);
  const ground: Ground = { places, binaries: binaries.value, env, own, ways, log };
  let running: RunningPostgres | undefined;
  try {
    const found = await findOrStart(ground);
    if (!found.ok) return found;
    running = createRunningPostgres({ ground, folderLock: folderLock.value, ...found.value });
    return ok(running);
  } finally {
    if (running === undefined) folderLock.value.release();
  }
};

const currentOwner = (): Owner => ({
  uid: process.geteuid?.() ?? 0,
  gid: process.getegid?.() ?? 0,
});

/** With the ways given, in their order: for tests, and for a machine where one of them misbehaves. */
export const startEmbeddedPostgresBy =
  (ways: (own: Owner) => readonly Way[]) =>
  async ({ folder, log }: EmbeddedOptions): Promise<Started> => {
    assert(isAbsolute(folder), "the folder of the relay's Postgres is an absolute path");
    const own = currentOwner();
    try {
      return await startIn(folder, ways(own), own, log);
    } catch (cause) {
      const value = systemErrorToValue(cause, folder);
      if (value === undefined) throw cause;
      return err(value);
    }
  };

export const startEmbeddedPostgres = startEmbeddedPostgresBy(waysFor);
