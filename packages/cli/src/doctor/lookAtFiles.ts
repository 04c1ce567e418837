/** Folders and files, as the system describes them. */
import {
  existsSync,
  lstatSync,
  openSync,
  readdirSync,
  readSync,
  closeSync,
  statfsSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { copierIn } from "../places/copiers.ts";
import { olderFolderNames } from "../places/olderFolders.ts";
import type { Machine } from "../service/machine.ts";
import type { FileFacts, FolderFacts, StoreFacts } from "./facts.ts";

const permissions = 0o777;
/** Numbers of file systems, as Linux has them: NFS, SMB, CIFS, SMB 2, FUSE's sshfs is not told apart. */
const networkFileSystems: ReadonlySet<number> = new Set([0x6969, 0x517b, 0xff534d42, 0xfe534d42]);

export const folderFacts = (machine: Machine, path: string): FolderFacts => {
  const found = lstatSync(path, { throwIfNoEntry: false });
  const isWindows = machine.platform === "win32";
  return {
    path,
    isThere: found !== undefined,
    isOurs: found === undefined || isWindows || found.uid === machine.userId,
    // Windows knows no such modes; there the user's folder is what protects.
    mode: found === undefined || isWindows ? 0o700 : found.mode & permissions,
    copiedBy: copierOf(path),
    isOnNetwork: found !== undefined && isOnNetwork(path),
  };
};

const copierOf = (path: string): string | undefined => {
  const known = copierIn(path);
  if (known !== undefined) return known;
  for (let folder = path; folder !== dirname(folder); folder = dirname(folder))
    if (existsSync(join(folder, ".stfolder"))) return "Syncthing";
  return undefined;
};

const isOnNetwork = (path: string): boolean => {
  try {
    return networkFileSystems.has(statfsSync(path).type);
  } catch {
    return false;
  }
};

/** Of the disk on which the folder is, or will be. */
export const freeByteLength = (folder: string): number | undefined => {
  for (let there = folder; ; there = dirname(there)) {
    if (existsSync(there)) {
      try {
        const { bavail, bsize } = statfsSync(there);
        return bavail * bsize;
      } catch {
        return undefined;
      }
    }
    if (there === dirname(there)) return undefined;
  }
};

/** Undefined: there is none. */
export const fileFacts = (machine: Machine, path: string): FileFacts | undefined => {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) return undefined;
  return {
    path,
    isFile: found.isFile(),
    isOurs: machine.platform === "win32" || found.uid === machine.userId,
    mode: found.mode & permissions,
  };
};

/** The header of a database of SQLite: https://www.sqlite.org/fileformat.html §1.3. */
const header = { byteLength: 100, magic: "SQLite format 3\0", versionAt: 60 } as const;

/** From its header alone: the daemon may be at work in it. */
export const storeFacts = (path: string): StoreFacts => {
  let file: number;
  try {
    file = openSync(path, "r");
  } catch {
    return existsSync(path) ? { kind: "other", path } : { kind: "missing" };
  }
  try {
    const bytes = Buffer.alloc(header.byteLength);
    const byteLength = readSync(file, bytes, 0, bytes.length, 0);
    // What was only just made has no header yet.
    if (byteLength === 0) return { kind: "missing" };
    const isStore = bytes.toString("latin1", 0, header.magic.length) === header.magic;
    return isStore
      ? { kind: "store", path, version: bytes.readUInt32BE(header.versionAt) }
      : { kind: "other", path };
  } catch {
    return { kind: "other", path };
  } finally {
    closeSync(file);
  }
};

/** Of the files in a folder, not below it. */
export const byteLengthIn = (folder: string): number => {
  try {
    return readdirSync(folder)
      .map((name) => lstatSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0)
      .reduce((sum, size) => sum + size, 0);
  } catch {
    return 0;
  }
};

const olderParts = ["facts", "decisions", "episodes", "skills"] as const;

export const olderFolders = (homeFolder: string): readonly string[] =>
  olderFolderNames
    .map((name) => join(homeFolder, name))
    .filter((folder) => olderParts.some((part) => existsSync(join(folder, part))));
