/** Bytes of one file, in turn, and the hash of those that were taken. */
import { createHash } from "node:crypto";
import { type FileHandle, open } from "node:fs/promises";
import { errorCode } from "../../embedded/systemError.ts";
import { fileErrorOf, Stopped } from "../runUpkeep.ts";

export interface ByteSource {
  /** Exactly as many, of which there must be enough. */
  readonly take: (byteLength: number) => Promise<Uint8Array>;
  /** Of everything that was taken so far. */
  readonly hash: () => Uint8Array;
  /** How many were taken. */
  readonly at: () => number;
  readonly isAtEnd: () => Promise<boolean>;
  readonly close: () => Promise<void>;
}

/** A disk gives more at once as cheaply. */
const readByteLength = 1_048_576;

export const openByteSource = async (path: string): Promise<ByteSource> => {
  const file = await openFile(path);
  const hash = createHash("sha256");
  let read: Uint8Array = new Uint8Array();
  let taken = 0;

  const fill = async (): Promise<boolean> => {
    if (read.length > 0) return true;
    read = await onFile(path, () => readNext(file));
    return read.length > 0;
  };

  const take = async (byteLength: number): Promise<Uint8Array> => {
    const bytes = new Uint8Array(byteLength);
    for (let at = 0; at < byteLength;) {
      if (!(await fill())) throw new Stopped({ type: "BackupCutShort", path, at: taken + at });
      const part = read.subarray(0, byteLength - at);
      bytes.set(part, at);
      read = read.subarray(part.length);
      at += part.length;
    }
    taken += byteLength;
    hash.update(bytes);
    return bytes;
  };

  return {
    take,
    hash: () => hash.copy().digest(),
    at: () => taken,
    isAtEnd: async () => !(await fill()),
    close: () => file.close(),
  };
};

const readNext = async (file: FileHandle): Promise<Uint8Array> => {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(readByteLength));
  return buffer.subarray(0, bytesRead);
};

const openFile = async (path: string): Promise<FileHandle> => {
  try {
    return await open(path);
  } catch (cause) {
    if (errorCode(cause) === "ENOENT") throw new Stopped({ type: "FileMissing", path });
    throw stoppedBy(cause, path);
  }
};

const onFile = async <T>(path: string, work: () => Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (cause) {
    throw stoppedBy(cause, path);
  }
};

const stoppedBy = (cause: unknown, path: string): unknown => {
  const error = fileErrorOf(cause, path);
  return error === undefined ? cause : new Stopped(error);
};
