import { execFile } from "node:child_process";
import { readFile, rename, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { basename } from "node:path";
import { promisify } from "node:util";
import { errorCode } from "./systemError.ts";

/**
 * The server's main process, as seen from outside: its pid file, and whether the process it names
 * still is what the file says. The lines of that file: Postgres, src/include/utils/pidfile.h.
 */

export interface PidFile {
  readonly pid: number;
  readonly data: string;
  readonly socketFolder: string;
  /** "starting", "ready" or "stopping"; empty while the file is being written. */
  readonly status: string;
}

/** The file grows line by line, so a reader may meet it half written. */
const parsePidFile = (text: string): PidFile | undefined => {
  const [pid = "", data = "", , , socketFolder = "", , , status = ""] = text.split("\n");
  return /^[1-9]\d*$/u.test(pid)
    ? { pid: Number(pid), data, socketFolder, status: status.trim() }
    : undefined;
};

const readIfThere = async (path: string): Promise<string | undefined> => {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    const code = errorCode(cause);
    // ESRCH: a file of /proc whose process ended while it was read.
    if (code === "ENOENT" || code === "ESRCH") return undefined;
    throw cause;
  }
};

export const pidFileIn = (data: string): string => `${data}/postmaster.pid`;

export const readPidFile = async (data: string): Promise<PidFile | undefined> => {
  const text = await readIfThere(pidFileIn(data));
  return text === undefined ? undefined : parsePidFile(text);
};

/** Joined by spaces, as `ps` says it; a dead process that nobody buried has none. */
const commandLine = async (pid: number): Promise<string> => {
  if (process.platform === "linux") {
    return ((await readIfThere(`/proc/${pid}/cmdline`)) ?? "").replaceAll("\0", " ");
  }
  try {
    const { stdout } = await promisify(execFile)("ps", [
      "-ww",
      "-o",
      "command=",
      "-p",
      String(pid),
    ]);
    return `${stdout.trim()} `;
  } catch {
    // `ps` fails for a process that is gone.
    return "";
  }
};

/** A process id alone says little: after a restart of the machine it is soon another program's. */
export const isPostmaster = async ({ pid, data }: Pick<PidFile, "pid" | "data">) => {
  const line = await commandLine(pid);
  const [program = ""] = line.split(" -D ");
  return basename(program) === "postgres" && line.includes(` -D ${data} `);
};

/**
 * Whether a server listens there whose process cannot be seen from here, as from another container
 * on the same disk.
 */
export const isAnswering = (socketPath: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(socketPath);
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => {
      resolve(false);
    });
  });

/**
 * Postgres will not start where the pid file names a living process, whatever that is. We know better,
 * but removing the file would also remove its check for backends that outlived their server. In its
 * parent's name it takes the file as stale and still makes that check: CreateLockFile in miscinit.c.
 */
export const disownPidFile = async (data: string): Promise<void> => {
  const path = pidFileIn(data);
  const text = await readIfThere(path);
  if (text === undefined) return;
  const [, ...rest] = text.split("\n");
  const draft = `${path}.relay`;
  await writeFile(draft, [String(process.pid), ...rest].join("\n"), { mode: 0o600 });
  await rename(draft, path);
};
