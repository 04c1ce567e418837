/** Makes the folders of this machine, for their owner alone. */
import { chmod, lstat, mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { Exit } from "../exits.ts";
import type { Problem } from "../problem.ts";
import { err, ok, type Result } from "../result.ts";
import type { Machine } from "./findPlaces.ts";
import type { Places } from "./places.ts";

const ownerOnly = 0o700;
const permissionMask = 0o777;

export type Owner = Pick<Machine, "platform" | "userId">;

/** Of the daemon, and of whoever starts one. */
export const makeFolders = async (places: Places, owner: Owner): Promise<Result<void, Problem>> => {
  const { home, configFolder, dataFolder, stateFolder, logFolder } = places;
  const own = [configFolder, dataFolder, stateFolder, logFolder];
  try {
    // Somebody else's choice of permissions, where it is there already.
    if (home !== undefined) await makePath(home);
    for (const folder of own) await makePrivate(folder, owner);
  } catch (cause) {
    return err(folderRefused(cause));
  }
  return owner.platform === "win32" ? ok(undefined) : makeSocketFolder(places, owner);
};

/** Node's own way to make a path never ends where the system says that there is nothing, as below /proc. */
const makePath = async (folder: string): Promise<void> => {
  try {
    await mkdir(folder, ownerOnly);
  } catch (cause) {
    const parent = dirname(folder);
    if (codeOf(cause) === "EEXIST") return;
    if (codeOf(cause) !== "ENOENT" || parent === folder) throw cause;
    await makePath(parent);
    await mkdir(folder, ownerOnly).catch((again: unknown) => {
      // Another command was quicker.
      if (codeOf(again) !== "EEXIST") throw again;
    });
  }
};

const codeOf = (cause: unknown): unknown =>
  cause instanceof Error && "code" in cause ? cause.code : undefined;

const makePrivate = async (folder: string, { platform }: Owner): Promise<void> => {
  await makePath(folder);
  if (platform === "win32") return;
  const { mode } = await lstat(folder);
  if ((mode & permissionMask) !== ownerOnly) await chmod(folder, ownerOnly);
};

/** Below the system's runtime folder others may have made it: it is looked at, and nothing in it is mended. */
const makeSocketFolder = async (places: Places, owner: Owner): Promise<Result<void, Problem>> => {
  const folder = dirname(places.socket);
  try {
    if (dirname(folder) === (places.home ?? places.stateFolder)) {
      await makePrivate(folder, owner);
      return ok(undefined);
    }
    const parent = await checkPrivate(dirname(folder), owner);
    return parent.ok ? await checkPrivate(folder, owner) : parent;
  } catch (cause) {
    return err(folderRefused(cause));
  }
};

const checkPrivate = async (folder: string, owner: Owner): Promise<Result<void, Problem>> => {
  await makePath(folder);
  const found = await lstat(folder);
  const isOurs = owner.userId === undefined || found.uid === owner.userId;
  if (found.isDirectory() && isOurs && (found.mode & permissionMask) === ownerOnly)
    return ok(undefined);
  return err({
    code: "SocketFolderUnsafe",
    exit: Exit.DaemonUnreachable,
    message: `${folder} is no folder that only you may enter, so others could stand in for the daemon there.`,
    next: `look at it (ls -ld ${folder}), remove it, and run the command again`,
  });
};

const folderRefused = (cause: unknown): Problem => {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return {
    code: "FolderUnusable",
    exit: Exit.Unexpected,
    message: `A folder of Duro could not be made: ${reason}.`,
    next: "give the folder to your user, or name another with --home",
  };
};
