/** Makes the folders of this machine, for their owner alone. */
import { chmod, lstat, mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { Exit } from "../exits.ts";
import type { Problem } from "../problem.ts";
import { err, ok, type Result } from "../result.ts";
import { codeOf, isMissing } from "../systemError.ts";
import type { Places } from "./places.ts";
import { isSocketAtHome, type Owner, socketFolderProblem } from "./socketFolder.ts";

const ownerOnly = 0o700;
const permissionMask = 0o777;

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
    if (!isMissing(cause) || parent === folder) throw cause;
    await makePath(parent);
    await mkdir(folder, ownerOnly).catch((again: unknown) => {
      // Another command was quicker.
      if (codeOf(again) !== "EEXIST") throw again;
    });
  }
};

const makePrivate = async (folder: string, { platform }: Owner): Promise<void> => {
  await makePath(folder);
  if (platform === "win32") return;
  const { mode } = await lstat(folder);
  if ((mode & permissionMask) !== ownerOnly) await chmod(folder, ownerOnly);
};

/** Below the system's runtime folder others may have made it: it is looked at, and nothing in it is mended. */
const makeSocketFolder = async (places: Places, owner: Owner): Promise<Result<void, Problem>> => {
  const folder = dirname(places.socket);
  const before = socketFolderProblem(places, owner);
  if (before !== undefined) return err(before);
  try {
    if (isSocketAtHome(places)) await makePrivate(folder, owner);
    // The one above it is made on the way.
    else await makePath(folder);
    // Somebody may have been quicker.
    const after = socketFolderProblem(places, owner);
    return after === undefined ? ok(undefined) : err(after);
  } catch (cause) {
    return err(folderRefused(cause));
  }
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
