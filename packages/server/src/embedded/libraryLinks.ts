import { mkdir, readFile, rm, symlink } from "node:fs/promises";
import { basename, join } from "node:path";
import type { Binaries } from "./binaries.ts";
import { errorCode } from "./systemError.ts";

/**
 * The packages ship shared libraries without the short names that the programs ask for. The links
 * stand beside the data, since node_modules is not ours to change and may be read-only.
 */

interface Link {
  readonly source: string;
  readonly target: string;
}

const readLinkList = async (path: string): Promise<readonly Link[]> => {
  try {
    return JSON.parse(await readFile(path, "utf8")) as readonly Link[];
  } catch (cause) {
    // A package without links has no list.
    if (errorCode(cause) === "ENOENT") return [];
    throw cause;
  }
};

/** Made anew at each start, since the program may have moved. */
export const linkLibraries = async (binaries: Binaries, folder: string): Promise<void> => {
  const links = await readLinkList(binaries.linkList);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { mode: 0o700 });
  for (const { source, target } of links) {
    await symlink(join(binaries.libraries, basename(source)), join(folder, basename(target)));
  }
};

/**
 * All that Postgres and its helpers may know of the relay's environment. The package's own folder is
 * named too: a program's search path does not count for the libraries of its libraries.
 */
export const postgresEnvironment = (
  binaries: Binaries,
  linkFolder: string,
): Readonly<Record<string, string>> => {
  const libraryPath = `${linkFolder}:${binaries.libraries}`;
  return {
    PATH: process.env["PATH"] ?? "/usr/bin:/bin",
    // Its messages are read by us: saysDiskFull, isHeldUp.
    LC_ALL: "C",
    TZ: "UTC",
    ...(process.platform === "darwin"
      ? { DYLD_LIBRARY_PATH: libraryPath }
      : { LD_LIBRARY_PATH: libraryPath }),
  };
};
