/**
 * A file that is there whole or not at all: written under a name of its own beside its place, brought
 * to the disk, then given its name. It never takes the place of a file that is there.
 */
import { link, lstat, open, rename, unlink } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { RandomBytes } from "@duro/crypto/receipt";
import { bytesToHex } from "@duro/crypto/types";
import { syncFolder } from "../../embedded/folder.ts";
import { errorCode } from "../../embedded/systemError.ts";
import { fileErrorOf, Stopped } from "../runUpkeep.ts";

const privateMode = 0o600;
const temporaryByteLength = 8;

/** Writes what `chunks` gives; gives how many bytes that was. */
export const writeNewFile = async (
  path: string,
  chunks: AsyncIterable<Uint8Array>,
  randomBytes: RandomBytes,
): Promise<number> => {
  await refuseTaken(path);
  const name = `.${basename(path)}.${bytesToHex(randomBytes(temporaryByteLength))}.partial`;
  const temporary = join(dirname(path), name);
  try {
    const byteLength = await writeTemporary(temporary, chunks, path);
    await onDisk(path, () => placeFile(temporary, path));
    return byteLength;
  } catch (cause) {
    await unlink(temporary).catch(() => undefined);
    throw cause;
  }
};

/** Said before an hour of work, and asked again when the file gets its name. */
const refuseTaken = (path: string): Promise<void> =>
  onDisk(path, async () => {
    try {
      await lstat(path);
    } catch (cause) {
      if (errorCode(cause) === "ENOENT") return;
      throw cause;
    }
    throw new Stopped({ type: "FileExists", path });
  });

const writeTemporary = async (
  temporary: string,
  chunks: AsyncIterable<Uint8Array>,
  path: string,
): Promise<number> => {
  const file = await onDisk(path, () => open(temporary, "wx", privateMode));
  try {
    let byteLength = 0;
    for await (const chunk of chunks) {
      await onDisk(path, () => file.writeFile(chunk));
      byteLength += chunk.length;
    }
    await onDisk(path, () => file.sync());
    return byteLength;
  } finally {
    await file.close();
  }
};

/** A link is made only where nothing stands; a rename would take the place of another file. */
const placeFile = async (temporary: string, path: string): Promise<void> => {
  try {
    await link(temporary, path);
    await unlink(temporary);
  } catch (cause) {
    const code = errorCode(cause) ?? "";
    if (code === "EEXIST") throw new Stopped({ type: "FileExists", path });
    if (!linklessCodes.has(code)) throw cause;
    await refuseTaken(path);
    await rename(temporary, path);
  }
  // Windows opens no folder, and writes names by itself.
  if (process.platform !== "win32") await syncFolder(dirname(path));
};

/** Of file systems that know no hard links. */
const linklessCodes = new Set(["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK"]);

/** What the disk says no to is about the file that somebody named, not about our name for it. */
const onDisk = async <T>(path: string, work: () => Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (cause) {
    const error = cause instanceof Stopped ? undefined : fileErrorOf(cause, path);
    throw error === undefined ? cause : new Stopped(error);
  }
};
