import { chownSync, lchownSync, lstatSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Places } from "./places.ts";
import type { Owner, Way } from "./ways.ts";

/**
 * Root may come to the same folder by another way than the last time, so at each start every file is
 * given to whom this way needs. Synchronous: the relay does nothing else yet, and a walk of a thousand
 * files is several times faster so.
 */

/** The folder itself; a folder that the operator has put elsewhere by a link is followed. */
export const giveFolder = (folder: string, { uid, gid }: Owner): void => {
  const stat = statSync(folder);
  if (stat.uid !== uid || stat.gid !== gid) chownSync(folder, uid, gid);
};

const give = (path: string, { uid, gid }: Owner): void => {
  const stat = lstatSync(path);
  if (stat.uid !== uid || stat.gid !== gid) lchownSync(path, uid, gid);
};

const giveTree = (folder: string, owner: Owner, except?: string): void => {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (path === except) continue;
    give(path, owner);
    if (entry.isDirectory()) giveTree(path, owner, except);
  }
};

export const giveEverything = ({ folder, data, socketFolder }: Places, way: Way): void => {
  giveFolder(folder, way.folderOwner);
  giveTree(folder, way.folderOwner, data);
  give(data, way.dataOwner);
  giveTree(data, way.dataOwner);
  // Where paths are long it stands outside our folder.
  give(socketFolder, way.folderOwner);
};
