/**
 * Whether only this user may put a socket where the daemon's is. Others could otherwise stand in for the
 * daemon, and be told everything that a command says.
 */
import { lstatSync, type Stats } from "node:fs";
import { dirname } from "node:path";
import { Exit } from "../exits.ts";
import type { Problem } from "../problem.ts";
import type { Machine } from "./findPlaces.ts";
import type { Places } from "./places.ts";

const ownerOnly = 0o700;
const permissionMask = 0o777;
const root = 0;

export type Owner = Pick<Machine, "platform" | "userId">;
type Folders = Pick<Places, "home" | "stateFolder" | "socket">;

/** False: its path was too long, and it moved below a folder that others may make folders in. */
export const isSocketAtHome = ({ home, stateFolder, socket }: Folders): boolean =>
  dirname(dirname(socket)) === (home ?? stateFolder);

/** Undefined also where there is no such folder yet. */
export const socketFolderProblem = (places: Folders, owner: Owner): Problem | undefined => {
  if (owner.platform === "win32") return undefined;
  const folder = dirname(places.socket);
  const isAtHome = isSocketAtHome(places);
  // Each is safe only within one that is.
  const folders = isAtHome ? [folder] : [dirname(folder), folder];
  const unsafe = folders.find((each) => !isSafe(each, isAtHome, owner));
  return unsafe === undefined ? undefined : unsafeFolder(unsafe, isAtHome);
};

const isSafe = (folder: string, isAtHome: boolean, { userId }: Owner): boolean => {
  const found = statsOf(folder);
  if (found === undefined) return true;
  const isOurs = userId === undefined || found.uid === userId;
  // Root may work in a folder of somebody's own; its permissions are mended where a daemon is started.
  if (isAtHome) return isOurs || userId === root;
  return found.isDirectory() && isOurs && (found.mode & permissionMask) === ownerOnly;
};

/** Whoever may not look at it cannot reach a socket in it either. */
const statsOf = (folder: string): Stats | undefined => {
  try {
    return lstatSync(folder, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
};

const unsafeFolder = (folder: string, isAtHome: boolean): Problem => ({
  code: "SocketFolderUnsafe",
  exit: Exit.DaemonUnreachable,
  message: `${folder} is no folder that only you may enter, so others could stand in for the daemon there.`,
  next: `look at it (ls -ld ${folder}), and remove it${isAtHome ? "" : "; or take a DURO_HOME of a shorter path, in which the socket has room"}`,
});
