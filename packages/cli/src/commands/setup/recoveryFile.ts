/** The file for the 24 words: new, for nobody else to read, and on the disk before anything relies on it. */
import { lstat, open, readFile, unlink } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { Exit } from "../../exits.ts";
import type { Problem } from "../../problem.ts";
import { err, ok, type Result } from "../../result.ts";
import { copierIn } from "../../places/copiers.ts";
import { isMissing, reasonOf } from "../../systemError.ts";
import { writeNewFile } from "../../writeNewFile.ts";
import type { Flag } from "../command.ts";

export const recoveryOutFlag: Flag = {
  kind: "text",
  value: "FILE",
  about: "a new file for the 24 words, instead of the terminal; only you can read it",
};

const sheetByteLengthMax = 65_536;

/** What is there already; an empty file is as good as none: an end in the middle leaves one. */
export const readSheet = async (
  cwd: string,
  file: string,
): Promise<Result<string | undefined, Problem>> => {
  const path = resolve(cwd, file);
  try {
    const info = await lstat(path);
    if (!info.isFile() || info.size > sheetByteLengthMax) return ok("");
    return ok(info.size === 0 ? undefined : await readFile(path, "utf8"));
  } catch (cause) {
    if (isMissing(cause)) return ok(undefined);
    return err(unwritable(file, reasonOf(cause)));
  }
};

export const writeSheet = async (
  cwd: string,
  file: string,
  sheet: string,
): Promise<Result<void, Problem>> => {
  const path = resolve(cwd, file);
  try {
    await removeEmpty(path);
    await writeNewFile(path, sheet);
    await syncFolder(dirname(path));
    return ok(undefined);
  } catch (cause) {
    return err(unwritable(file, reasonOf(cause)));
  }
};

const removeEmpty = async (path: string): Promise<void> => {
  try {
    const info = await lstat(path);
    if (info.isFile() && info.size === 0) await unlink(path);
  } catch (cause) {
    if (!isMissing(cause)) throw cause;
  }
};

/** Its name is on the disk, too; Windows knows no such thing. */
const syncFolder = async (folder: string): Promise<void> => {
  if (process.platform === "win32") return;
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};

const unwritable = (file: string, why: string): Problem => ({
  code: "RecoveryFileUnwritable",
  exit: Exit.Usage,
  message: `The recovery words could not be written to ${file}: ${why}. Nothing counts without them, so nothing was changed.`,
  next: "name a new file in a folder that you can write to: --recovery-out FILE",
});

/** Many systems carry these to a cloud without a word. */
const oftenCarried = /[/\\](?:Desktop|Documents)[/\\]/iu;

/** Undefined: nothing to worry about. */
export const carriedWarning = (cwd: string, file: string): string | undefined => {
  const path = resolve(cwd, file);
  return copierIn(path) !== undefined || oftenCarried.test(path)
    ? `${file} lies in a folder that is often copied to a cloud. Whoever has these words has everything.`
    : undefined;
};
