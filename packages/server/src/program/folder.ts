/** The folder that everything of a relay is in: its key, and the data where the relay runs Postgres. */
import { err, ok, type Result } from "@duro/crypto/types";
import { mkdir, stat } from "node:fs/promises";
import { errorToSentence } from "../embedded/embeddedError.ts";
import { systemErrorToValue } from "../embedded/systemError.ts";
import { Exit, type Failure } from "../exits.ts";
import { shellWord } from "./shellWord.ts";

const privateMode = 0o700;
/** What group and others may. */
const othersMask = 0o077;

/** A system error of the disk, as a reason to end; anything else is a bug. */
export const diskFailure = (cause: unknown, path: string): Failure => {
  const error = systemErrorToValue(cause, path);
  if (error === undefined) throw cause;
  const message = errorToSentence(error);
  return { code: error.type, exit: Exit.Unexpected, message, next: `ls -ld ${shellWord(path)}` };
};

/** Made for this user alone; one that was there is left as it is, and what is odd about it is said. */
export const prepareFolder = async (path: string): Promise<Result<readonly string[], Failure>> => {
  try {
    const made = await mkdir(path, { recursive: true, mode: privateMode });
    if (made !== undefined) return ok([]);
    const { mode } = await stat(path);
    const isOpen = process.platform !== "win32" && (mode & othersMask) !== 0;
    return ok(
      isOpen
        ? [`${path} is open to other users of this machine; close it: chmod 700 ${shellWord(path)}`]
        : [],
    );
  } catch (cause) {
    return err(diskFailure(cause, path));
  }
};
