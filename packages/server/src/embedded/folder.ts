import { err, ok, type Result } from "@duro/crypto/types";
import { mkdir, open, readFile, realpath, rm, stat } from "node:fs/promises";
import type { DiskError, EmbeddedError } from "./embeddedError.ts";
import type { Places } from "./places.ts";
import { errorCode } from "./systemError.ts";
import { type Owner, waysFor } from "./ways.ts";

/** The folder that holds everything, and what must be true of it before anything is started in it. */

type FolderError = Extract<DiskError, { readonly type: "FolderUnusable" | "FolderNotOurs" }>;
type ClusterError = Extract<
  EmbeddedError,
  { readonly type: "ClusterUnreadable" | "PostgresTooOld" | "PostgresTooNew" }
>;

/** Ours: of our own user, or of one to whom some way, perhaps at an earlier start, gave it. */
const checkOwner = async (path: string, own: Owner): Promise<Result<void, FolderError>> => {
  const { uid } = await stat(path);
  const isOurs = uid === own.uid || waysFor(own).some((way) => way.folderOwner.uid === uid);
  return isOurs ? ok(undefined) : err({ type: "FolderNotOurs", path, ownerUid: uid, uid: own.uid });
};

/** The path without links: one folder has one socket and one command line, however it is named. */
export const openFolder = async (
  folder: string,
  own: Owner,
): Promise<Result<string, FolderError>> => {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = await realpath(folder);
  const owned = await checkOwner(path, own);
  return owned.ok ? ok(path) : owned;
};

/** Anything in it is of a server that is gone: its lock may name a process that is now another one. */
export const clearSocketFolder = async (
  { socketFolder }: Places,
  own: Owner,
): Promise<Result<void, FolderError>> => {
  try {
    await mkdir(socketFolder, { mode: 0o700 });
    return ok(undefined);
  } catch (cause) {
    if (errorCode(cause) !== "EEXIST") throw cause;
  }
  // Where it stands in /tmp, somebody else may have been there first, or have laid a link.
  const owned = await checkOwner(socketFolder, own);
  if (!owned.ok) return owned;
  await rm(socketFolder, { recursive: true });
  await mkdir(socketFolder, { mode: 0o700 });
  return ok(undefined);
};

/** Whether there is a cluster, and whether this Postgres can read it; nothing is touched. */
export const checkCluster = async (
  { cluster, data }: Places,
  programMajor: number,
): Promise<Result<"absent" | "present", ClusterError>> => {
  try {
    await stat(cluster);
  } catch (cause) {
    if (errorCode(cause) === "ENOENT") return ok("absent");
    throw cause;
  }
  const version = await readFile(`${data}/PG_VERSION`, "utf8").catch((cause: unknown) => {
    if (errorCode(cause) === "ENOENT") return "";
    throw cause;
  });
  const dataMajor = Number.parseInt(version, 10);
  if (Number.isNaN(dataMajor)) {
    return err({ type: "ClusterUnreadable", path: data, reason: "PG_VERSION holds no number" });
  }
  if (dataMajor === programMajor) return ok("present");
  const type = dataMajor > programMajor ? "PostgresTooOld" : "PostgresTooNew";
  return err({ type, folder: data, dataMajor, programMajor });
};

/** A rename is on disk only when the folder that it happened in is. */
export const syncFolder = async (folder: string): Promise<void> => {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};
