/**
 * Puts an export into a folder: all of it or nothing. It is written beside and moved into place, and only
 * a folder that is empty or holds nothing but an export of ours is replaced.
 */
import type { Dirent } from "node:fs";
import { mkdir, readdir, readFile, realpath, rename, rm } from "node:fs/promises";
import path from "node:path";
import { bytesToHex, err, ok, type Result } from "@duro/crypto/types";
import { type ExportFile, exportFileName } from "@duro/memory";
import { Exit } from "../../exits.ts";
import type { Problem } from "../../problem.ts";
import { isMissing, reasonOf } from "../../systemError.ts";
import { writeNewFile } from "../../writeNewFile.ts";
import { isExportEnd, tailByteLength } from "./exportMark.ts";

/** Others on this machine need not read it. */
const folderMode = 0o700;
const suffixByteLength = 6;

export const writeFolder = async (
  to: string,
  files: readonly ExportFile[],
  randomBytes: (byteLength: number) => Uint8Array,
): Promise<Result<void, Problem>> => {
  try {
    const target = await realpath(to).catch(() => path.resolve(to));
    const foreign = await foreignIn(target);
    if (foreign !== undefined) return err(notOurs(to, foreign));
    const suffix = bytesToHex(randomBytes(suffixByteLength));
    const fresh = `${target}.new-${suffix}`;
    await mkdir(path.dirname(target), { recursive: true });
    try {
      await writeAll(fresh, files);
      await putInPlace(fresh, target, `${target}.old-${suffix}`);
    } finally {
      await rm(fresh, { recursive: true, force: true });
    }
    return ok(undefined);
  } catch (cause) {
    return err({
      code: "FolderUnwritable",
      exit: Exit.Unexpected,
      message: `Nothing was exported: ${to} could not be written, since ${reasonOf(cause)}.`,
      next: "duro export --to another folder",
    });
  }
};

const writeAll = async (folder: string, files: readonly ExportFile[]): Promise<void> => {
  await mkdir(folder, { mode: folderMode });
  for (const { path: name, text } of files) {
    const file = path.join(folder, ...name.split("/"));
    await mkdir(path.dirname(file), { recursive: true, mode: folderMode });
    await writeNewFile(file, text);
  }
};

const putInPlace = async (fresh: string, target: string, old: string): Promise<void> => {
  const hasOld = await rename(target, old).then(
    () => true,
    (cause: unknown) => {
      if (isMissing(cause)) return false;
      throw cause;
    },
  );
  try {
    await rename(fresh, target);
  } catch (cause) {
    if (hasOld) await rename(old, target);
    throw cause;
  }
  await rm(old, { recursive: true, force: true });
};

const pageNames = /^(?:facts|decisions|episodes|sessions|checkpoints|tasks|projects)\.md$/u;
const skillFolder = /-?s_[0-9a-z]{26}$/u;

/** A name in it that no export of ours has; undefined where there is none. */
const foreignIn = async (folder: string): Promise<string | undefined> => {
  const names = await namesIn(folder);
  if (names === undefined || names.length === 0) return undefined;
  const foreign = names.find(
    (entry) =>
      !(entry.isFile() && (pageNames.test(entry.name) || entry.name === exportFileName)) &&
      !(entry.isDirectory() && entry.name === "skills"),
  );
  if (foreign !== undefined) return foreign.name;
  const json = await readFile(path.join(folder, exportFileName), "utf8").catch(() => "");
  if (!isExportEnd(json.slice(-tailByteLength))) return exportFileName;
  for (const skill of (await namesIn(path.join(folder, "skills"))) ?? []) {
    if (!skill.isDirectory() || !skillFolder.test(skill.name)) return `skills/${skill.name}`;
    const inside = await namesIn(path.join(folder, "skills", skill.name));
    const other = inside?.find((entry) => !entry.isFile() || entry.name !== "SKILL.md");
    if (other !== undefined) return `skills/${skill.name}/${other.name}`;
  }
  return undefined;
};

const namesIn = async (folder: string): Promise<readonly Dirent[] | undefined> => {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (cause) {
    if (isMissing(cause)) return undefined;
    throw cause;
  }
};

const notOurs = (to: string, foreign: string): Problem => ({
  code: "FolderNotOurs",
  exit: Exit.Usage,
  message: `Nothing was exported: ${to} holds something else than an export of Duro, as ${foreign}, and would be replaced.`,
  next: "duro export --to a folder that is new or empty",
});
