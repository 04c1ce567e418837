/**
 * Where the program is, as the shell finds it: a link on the search path outlives the version behind it.
 */
import { posix, win32 } from "node:path";
import type { Machine } from "./machine.ts";

/** What npm keeps only until it tidies up. */
const passingFolder = /[\\/]_npx[\\/]/u;

export interface FoundProgram {
  readonly path: string;
  /** npx fetched it for one run. */
  readonly isPassing: boolean;
}

/** `launcher` is the one of this very program, wherever it lies. */
export const findProgram = async (machine: Machine, launcher: string): Promise<FoundProgram> => {
  const own = await machine.realPath(launcher);
  for (const path of await copiesOnPath(machine)) {
    // On Windows npm writes a script of its own instead of a link.
    const isOurs = machine.platform === "win32" || (await machine.realPath(path)) === own;
    if (isOurs) return { path, isPassing: passingFolder.test(path) };
  }
  return { path: launcher, isPassing: passingFolder.test(launcher) };
};

/** All that a shell could mean by `duro`, in its order. */
export const copiesOnPath = async (machine: Machine): Promise<readonly string[]> => {
  const isWindows = machine.platform === "win32";
  const paths = isWindows ? win32 : posix;
  const folders = (machine.env["PATH"] ?? machine.env["Path"] ?? "")
    .split(isWindows ? ";" : ":")
    .filter((folder) => paths.isAbsolute(folder));
  const candidates = [...new Set(folders)].map((folder) =>
    paths.join(folder, isWindows ? "duro.cmd" : "duro"),
  );
  const found: string[] = [];
  for (const path of candidates) if (await machine.isProgram(path)) found.push(path);
  return found;
};
