/** This machine. */
import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import {
  access,
  chmod,
  constants,
  mkdir,
  readFile,
  realpath,
  rename,
  rm,
  stat,
  unlink,
  writeFile,
} from "node:fs/promises";
import { homedir, userInfo } from "node:os";
import { dirname } from "node:path";
import { err, ok, type Result } from "../result.ts";
import { codeOf, isMissing } from "../systemError.ts";
import type { FileRefused, Machine, MachineFile, Ran } from "./machine.ts";

/** Managers of services answer at once; one that hangs must not hang us. */
const runMsMax = 20_000;
const outByteLengthMax = 1_048_576;
const folderMode = 0o700;
const byteOrderMark = "\uFEFF";

/** A user without an entry in the system's list, as in many a container, has a number alone. */
const userName = (): string => {
  try {
    return userInfo().username;
  } catch {
    return `${process.getuid?.() ?? ""}`;
  }
};

export const createNodeMachine = (env: Readonly<Record<string, string | undefined>>): Machine => ({
  platform: process.platform,
  userId: process.getuid?.(),
  userName: [env["USERDOMAIN"], userName()].filter((part) => part !== undefined).join("\\"),
  homeFolder: homedir(),
  env,
  run: async (program, args, added = {}) => run(program, args, { ...env, ...added }),
  readText: async (path) => readText(path),
  write: async (file) => write(file),
  remove: async (path) => {
    try {
      await unlink(path);
      return ok(true);
    } catch (cause) {
      return isMissing(cause) ? ok(false) : err(refused(path, cause));
    }
  },
  isProgram: async (path) => {
    try {
      await access(path, constants.X_OK);
      return (await stat(path)).isFile();
    } catch {
      return false;
    }
  },
  realPath: async (path) => realpath(path).catch(() => undefined),
});

const run = async (
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Promise<Ran> =>
  new Promise((resolve) => {
    const options = { env, timeout: runMsMax, maxBuffer: outByteLengthMax, windowsHide: true };
    const child = execFile(program, args, options, (_, out, said) => {
      // Below zero: it did not start.
      const code = child.exitCode ?? -1;
      resolve({ code: code < 0 ? undefined : code, out, err: said });
    });
    child.stdin?.end();
  });

const readText = async (path: string): Promise<string | undefined> => {
  const bytes = await readFile(path).catch(() => undefined);
  if (bytes === undefined) return undefined;
  const isUtf16 = bytes[0] === 0xff && bytes[1] === 0xfe;
  return isUtf16 ? bytes.toString("utf16le").slice(byteOrderMark.length) : bytes.toString("utf8");
};

const write = async ({
  path,
  text,
  mode,
  encoding,
}: MachineFile): Promise<Result<void, FileRefused>> => {
  const draft = `${path}.${randomUUID()}`;
  try {
    await mkdir(dirname(path), { recursive: true, mode: folderMode });
    const bytes =
      encoding === "utf16" ? Buffer.from(`${byteOrderMark}${text}`, "utf16le") : Buffer.from(text);
    await writeFile(draft, bytes, { mode, flag: "wx" });
    // What a umask took away.
    await chmod(draft, mode);
    await rename(draft, path);
    return ok(undefined);
  } catch (cause) {
    await rm(draft, { force: true }).catch(() => {});
    return err(refused(path, cause));
  }
};

const refused = (path: string, cause: unknown): FileRefused => ({
  type: "FileRefused",
  path,
  code: codeOf(cause) || "unknown",
});
