/**
 * The relay's own key, as a file beside the data: 64 hex digits. Whoever dials a relay fixes its key, so
 * a new one looks like an attack to every client; none is made where there was one before.
 */
import { bytesToHex, err, hexToBytes, ok, type Result, sizes } from "@duro/crypto/types";
import type { RandomBytes } from "@duro/crypto/receipt";
import { constants } from "node:fs";
import { type FileHandle, link, open, rename, unlink } from "node:fs/promises";
import { dirname } from "node:path";
import { syncFolder } from "../embedded/folder.ts";
import { errorCode } from "../embedded/systemError.ts";
import { Exit, type Failure } from "../exits.ts";
import { diskFailure } from "./folder.ts";
import { shellWord } from "./shellWord.ts";

const privateMode = 0o600;
const othersMask = 0o077;
/** One byte more than there should be, so that a longer file shows. */
const readByteLength = 2 * sizes.keyByteLength + 2;
const keyText = /^[0-9a-f]{64}\n?$/u;

const keyDamaged = (path: string): Failure => ({
  code: "RelayKeyDamaged",
  exit: Exit.WrongKey,
  message: `${path} does not hold a relay's key, which is 64 hex digits.`,
  next: `put the right file back from where you keep a copy, and: chmod 600 ${shellWord(path)}`,
});

const keyOpen = (path: string): Failure => ({
  code: "RelayKeyOpen",
  exit: Exit.Safeguard,
  message: `${path} can be read by other users of this machine, and who has it can sign as this relay.`,
  next: `chmod 600 ${shellWord(path)}`,
});

const keyIsLink = (path: string): Failure => ({
  code: "RelayKeyIsLink",
  exit: Exit.Safeguard,
  message: `${path} is a link, and somebody else may decide where it leads.`,
  next: "name the file itself with --key-file",
});

/** Undefined: there is none. */
export const readKeyFile = async (
  path: string,
): Promise<Result<Uint8Array | undefined, Failure>> => {
  try {
    const file = await open(path, constants.O_RDONLY | noFollow);
    try {
      return await readOpened(path, file);
    } finally {
      await file.close();
    }
  } catch (cause) {
    if (errorCode(cause) === "ENOENT") return ok(undefined);
    return err(errorCode(cause) === "ELOOP" ? keyIsLink(path) : diskFailure(cause, path));
  }
};

/** Windows knows no such flag; its links need a right that ordinary users lack. */
const noFollow = process.platform === "win32" ? 0 : constants.O_NOFOLLOW;

const readOpened = async (path: string, file: FileHandle): Promise<Result<Uint8Array, Failure>> => {
  const stat = await file.stat();
  if (!stat.isFile()) return err(keyDamaged(path));
  if (process.platform !== "win32" && (stat.mode & othersMask) !== 0) return err(keyOpen(path));
  const { buffer, bytesRead } = await file.read(Buffer.alloc(readByteLength), 0, readByteLength, 0);
  const text = buffer.toString("latin1", 0, bytesRead);
  buffer.fill(0);
  const seed = keyText.test(text) ? hexToBytes(text.trimEnd()) : undefined;
  return seed === undefined ? err(keyDamaged(path)) : ok(seed);
};

/** Where two make one at once, the first wins and both read that one: ask `readKeyFile` afterwards. */
export const createKeyFile = async (
  path: string,
  seed: Uint8Array,
  randomBytes: RandomBytes,
): Promise<Result<void, Failure>> => {
  const temporary = `${path}.${bytesToHex(randomBytes(temporaryByteLength))}.new`;
  try {
    const file = await open(temporary, "wx", privateMode);
    try {
      await file.writeFile(`${bytesToHex(seed)}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    await placeKey(temporary, path);
    await syncFolder(dirname(path));
    return ok(undefined);
  } catch (cause) {
    await unlink(temporary).catch(() => {});
    return err(diskFailure(cause, path));
  }
};

const temporaryByteLength = 8;

/** A link is made only where nothing stands; a rename would take the place of another's key. */
const placeKey = async (temporary: string, path: string): Promise<void> => {
  try {
    await link(temporary, path);
  } catch (cause) {
    const code = errorCode(cause) ?? "";
    if (linklessCodes.has(code)) {
      await rename(temporary, path);
      return;
    }
    if (code !== "EEXIST") throw cause;
  }
  await unlink(temporary);
};

/** Of file systems that know no hard links. */
const linklessCodes = new Set(["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK"]);
