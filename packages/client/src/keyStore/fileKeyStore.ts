/**
 * The device's seed as a file that only its user can read. It is written once and never over another:
 * who loses a seed loses the device.
 */
import { assert, bytesToHex, err, ok, type Result, sizes } from "@duro/crypto/types";
import type { RandomBytes } from "@duro/crypto";
import { constants, type Stats } from "node:fs";
import { type FileHandle, link, mkdir, open, stat, unlink } from "node:fs/promises";
import { dirname } from "node:path";
import { errorCodeOf } from "../http/errorCode.ts";
import type {
  KeyStore,
  KeyStoreTaken,
  KeyStoreUnavailable,
  KeyStoreUnsafe,
} from "../ports/keyStore.ts";
import { seedTextByteLength, seedToText, textToSeed } from "./seedText.ts";

export interface FileKeyStoreDeps {
  readonly path: string;
  readonly randomBytes: RandomBytes;
}

const folderMode = 0o700;
const fileMode = 0o600;
const readableByOthers = 0o077;
const writableByOthers = 0o022;
const temporaryByteLength = 8;
/** Windows knows neither these modes nor that flag; there the user's folder is what protects. */
const hasModes = process.platform !== "win32";
const noFollow = hasModes ? constants.O_NOFOLLOW : 0;
/** Of file systems that know no hard links. */
const linklessCodes = new Set(["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK"]);

type Unsafe = Result<never, KeyStoreUnsafe>;
const unsafe = (why: KeyStoreUnsafe["why"]): Unsafe => err({ type: "KeyStoreUnsafe", why });
const unavailable = (code: string): Result<never, KeyStoreUnavailable> =>
  err({ type: "KeyStoreUnavailable", code });

export const createFileKeyStore = ({ path, randomBytes }: FileKeyStoreDeps): KeyStore => ({
  load: async () => {
    try {
      const folder = await checkFolder(dirname(path));
      return folder.ok ? await readSeed(path) : folder;
    } catch (cause) {
      const code = errorCodeOf(cause);
      if (code === "ENOENT") return ok(undefined);
      return code === "ELOOP" ? unsafe("it is a link") : unavailable(code);
    }
  },
  save: async (seed) => {
    assert(seed.length === sizes.keyByteLength, "a seed is 32 bytes");
    try {
      await mkdir(dirname(path), { recursive: true, mode: folderMode });
      const folder = await checkFolder(dirname(path));
      if (!folder.ok) return folder;
      return await placeSeed(path, seed, randomBytes);
    } catch (cause) {
      return unavailable(errorCodeOf(cause));
    }
  },
});

const isOurs = ({ uid }: Stats): boolean => uid === process.getuid?.();

/** Whoever may write there may lay another file in the seed's place. */
const checkFolder = async (folder: string): Promise<Result<void, KeyStoreUnsafe>> => {
  if (!hasModes) return ok(undefined);
  const found = await stat(folder);
  const isSafe = isOurs(found) && (found.mode & writableByOthers) === 0;
  return isSafe ? ok(undefined) : unsafe("others can replace it");
};

const readSeed = async (path: string): Promise<Result<Uint8Array, KeyStoreUnsafe>> => {
  const file = await open(path, constants.O_RDONLY | noFollow);
  try {
    return await readOpened(file);
  } finally {
    await file.close();
  }
};

const readOpened = async (file: FileHandle): Promise<Result<Uint8Array, KeyStoreUnsafe>> => {
  const found = await file.stat();
  if (!found.isFile()) return unsafe("no seed is in it");
  if (hasModes && (!isOurs(found) || (found.mode & readableByOthers) !== 0))
    return unsafe("others can read it");
  // One byte more than there should be, so that a longer file shows.
  const buffer = Buffer.alloc(seedTextByteLength + 1);
  const { bytesRead } = await file.read(buffer, 0, buffer.length, 0);
  const seed = textToSeed(buffer.toString("latin1", 0, bytesRead));
  buffer.fill(0);
  return seed === undefined ? unsafe("no seed is in it") : ok(seed);
};

/** Whole and on the disk before it has its name. */
const placeSeed = async (
  path: string,
  seed: Uint8Array,
  randomBytes: RandomBytes,
): Promise<Result<void, KeyStoreTaken>> => {
  const temporary = `${path}.${bytesToHex(randomBytes(temporaryByteLength))}.new`;
  try {
    await writeWhole(temporary, seed);
    const placed = await nameSeed(temporary, path, seed);
    await syncFolder(dirname(path));
    return placed;
  } finally {
    await unlink(temporary).catch(() => {});
  }
};

const writeWhole = async (path: string, seed: Uint8Array): Promise<void> => {
  const file = await open(path, "wx", fileMode);
  try {
    await file.writeFile(seedToText(seed));
    await file.sync();
  } finally {
    await file.close();
  }
};

/** A link is made only where nothing stands; a rename would take the place of another's seed. */
const nameSeed = async (
  temporary: string,
  path: string,
  seed: Uint8Array,
): Promise<Result<void, KeyStoreTaken>> => {
  try {
    await link(temporary, path).catch((cause: unknown) => {
      if (!linklessCodes.has(errorCodeOf(cause))) throw cause;
      return writeWhole(path, seed);
    });
    return ok(undefined);
  } catch (cause) {
    if (errorCodeOf(cause) === "EEXIST") return err({ type: "KeyStoreTaken" });
    throw cause;
  }
};

const syncFolder = async (folder: string): Promise<void> => {
  if (!hasModes) return;
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};
