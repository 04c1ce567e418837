/**
 * The files of an import. Only within the folder that was named: a link in it is not followed, and what is
 * no plain file is not opened.
 */
import { constants } from "node:fs";
import { lstat, open, readdir, realpath } from "node:fs/promises";
import path from "node:path";
import { err, ok, type Result } from "@duro/crypto/types";
import type { TextFile } from "@duro/memory";
import type { SkippedJson } from "../../api/exchangeCalls.ts";
import { Exit } from "../../exits.ts";
import type { Problem } from "../../problem.ts";
import { codeOf, reasonOf } from "../../systemError.ts";
import { isExportEnd, tailByteLength } from "./exportMark.ts";
import {
  allByteLengthMax,
  artifactByteLengthMax,
  exportByteLengthMax,
  fileCountMax,
  folderDepthMax,
  nameCountMax,
} from "./importLimits.ts";

export interface FilesRead {
  readonly files: readonly TextFile[];
  readonly skipped: readonly SkippedJson[];
}

export interface Reading {
  readonly signal: AbortSignal;
  readonly onRead: (doneCount: number, totalCount: number) => void;
}

export const readFiles = async (
  named: string,
  reading: Reading,
): Promise<Result<FilesRead, Problem>> => {
  try {
    const root = await realpath(named);
    const info = await lstat(root);
    if (info.isFile()) return await readAll(path.dirname(root), [path.basename(root)], reading, []);
    if (!info.isDirectory()) return err(notReadable(named, "it is neither a file nor a folder"));
    const found = await findFiles(root, reading.signal);
    if (!found.ok) return found;
    return await readAll(root, found.value.paths, reading, found.value.skipped);
  } catch (cause) {
    return err(notReadable(named, reasonOf(cause)));
  }
};

interface Found {
  readonly paths: readonly string[];
  readonly skipped: readonly SkippedJson[];
}

/** Of tools, and copies that the older Duro made before it deleted something. */
const isLeftOut = (name: string): boolean =>
  name.startsWith(".") || name === "node_modules" || name === "backups";

/** Paths from the root, with slashes, in one order. */
const findFiles = async (root: string, signal: AbortSignal): Promise<Result<Found, Problem>> => {
  const paths: string[] = [];
  const skipped: SkippedJson[] = [];
  const ahead: string[] = [""];
  let nameCount = 0;
  for (let folder = ahead.pop(); folder !== undefined && !signal.aborted; folder = ahead.pop()) {
    const entries = await readdir(path.join(root, folder), { withFileTypes: true }).catch(
      (cause: unknown) => reasonOf(cause),
    );
    if (typeof entries === "string") {
      if (folder === "") return err(notReadable(root, entries));
      skipped.push({ what: `${folder}/`, why: "Unreadable" });
      continue;
    }
    nameCount += entries.length;
    for (const entry of entries) {
      const name = folder === "" ? entry.name : `${folder}/${entry.name}`;
      if (isLeftOut(entry.name)) continue;
      if (entry.isDirectory()) {
        if (name.split("/").length <= folderDepthMax) ahead.push(name);
      } else if (entry.isSymbolicLink()) {
        if (await leadsOut(root, name)) skipped.push({ what: name, why: "Symlink" });
      } else if (entry.isFile() && entry.name.endsWith(".json")) paths.push(name);
    }
    if (paths.length > fileCountMax || nameCount > nameCountMax) return err(tooMany);
  }
  return ok({ paths: paths.toSorted(), skipped });
};

/** One that stays within is met under its own name. */
const leadsOut = async (root: string, name: string): Promise<boolean> => {
  const target = await realpath(path.join(root, name)).catch(() => undefined);
  const relative = target === undefined ? ".." : path.relative(root, target);
  const isWithin = !relative.startsWith("..") && !path.isAbsolute(relative);
  return (
    !isWithin && (target === undefined || !/\.[^.]+$/u.test(target) || target.endsWith(".json"))
  );
};

/** As many as a disk takes at once without others waiting. */
const readAtOnceCount = 16;

const readAll = async (
  root: string,
  paths: readonly string[],
  { signal, onRead }: Reading,
  skippedBefore: readonly SkippedJson[],
): Promise<Result<FilesRead, Problem>> => {
  const files: TextFile[] = [];
  const skipped = [...skippedBefore];
  let byteLength = 0;
  for (let at = 0; at < paths.length && !signal.aborted; at += readAtOnceCount) {
    const names = paths.slice(at, at + readAtOnceCount);
    const read = await Promise.all(names.map((name) => readText(path.join(root, name))));
    for (const [index, name] of names.entries()) {
      const one = read[index];
      if (one?.ok === true) files.push({ path: name, text: one.value });
      else skipped.push({ what: name, why: one?.error ?? "Unreadable" });
      byteLength += one?.ok === true ? one.value.length : 0;
    }
    if (byteLength > allByteLengthMax) return err(tooMuch);
    onRead(Math.min(at + readAtOnceCount, paths.length), paths.length);
  }
  return ok({ files, skipped });
};

/** Windows has neither: there links need rights that a folder of memories does not have. */
const openFlags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

const readText = async (file: string): Promise<Result<string, string>> => {
  try {
    const handle = await open(file, openFlags);
    try {
      const info = await handle.stat();
      if (!info.isFile()) return err("NoFile");
      if (info.size > artifactByteLengthMax && !(await isOwnExport(handle, info.size)))
        return err("TooLarge");
      const bytes = await handle.readFile();
      if (bytes.length > exportByteLengthMax) return err("TooLarge");
      return ok(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    } catch (cause) {
      return err(cause instanceof TypeError ? "NotText" : "Unreadable");
    } finally {
      await handle.close();
    }
  } catch (cause) {
    return err(codeOf(cause) === "ELOOP" ? "Symlink" : "Unreadable");
  }
};

const isOwnExport = async (
  handle: Awaited<ReturnType<typeof open>>,
  size: number,
): Promise<boolean> => {
  if (size > exportByteLengthMax) return false;
  const { buffer, bytesRead } = await handle.read({
    buffer: Buffer.alloc(tailByteLength),
    position: size - tailByteLength,
  });
  return isExportEnd(buffer.toString("latin1", 0, bytesRead));
};

const notReadable = (named: string, why: string): Problem => ({
  code: "PathUnreadable",
  exit: Exit.Usage,
  message: `Nothing was imported: ${named} cannot be read, since ${why}.`,
  next: "duro import ~/.agent, or the folder of a duro export",
});

const tooMany: Problem = {
  code: "TooManyFiles",
  exit: Exit.Usage,
  message: `Nothing was imported: the folder holds more than ${fileCountMax} files, or ${nameCountMax} names.`,
  next: "name the folder with the memories in it, as ~/.agent/memory",
};

const tooMuch: Problem = {
  code: "TooMuchText",
  exit: Exit.Usage,
  message: `Nothing was imported: the files hold more than ${allByteLengthMax / 1_048_576} MiB together.`,
  next: "import its folders one after the other; what is here already is not brought in twice",
};
