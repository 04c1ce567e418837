/** Data folders for one test or one run, and whatever still runs in them: all of it goes at the end. */
import { execFileSync } from "node:child_process";
import { chmodSync, chownSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const folders = new Set<string>();

export interface FolderOptions {
  /** Whose it is, where that is not who runs this. */
  readonly uid?: number;
}

export const newFolder = ({ uid }: FolderOptions = {}): string => {
  const folder = mkdtempSync(join(tmpdir(), "duro-outside-"));
  chmodSync(folder, 0o700);
  if (uid !== undefined) chownSync(folder, uid, uid);
  folders.add(folder);
  return folder;
};

interface Running {
  readonly pid: number;
  readonly command: string;
}

const running = (): readonly Running[] =>
  execFileSync("ps", ["-axww", "-o", "pid=,command="], { encoding: "utf8", maxBuffer: 2 ** 26 })
    .split("\n")
    .flatMap((line) => {
      const [, pid, command] = /^\s*(\d+)\s+(.*)$/u.exec(line) ?? [];
      return pid === undefined || command === undefined ? [] : [{ pid: Number(pid), command }];
    });

/** Of a Postgres on data below this folder, also one that has the folder in a mount of its own. */
export const postmastersIn = (folder: string): readonly number[] =>
  running()
    .filter(({ command }) => command.includes(`postgres -D ${folder}/`))
    .map(({ pid }) => pid);

export const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

export const killIfThere = (pid: number): void => {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It is gone, as it should be.
  }
};

/** Processes of a Postgres notice within moments that their postmaster is dead. */
const goneMsMax = 5_000;
const pollMs = 20;

export const waitUntil = async (isTrue: () => boolean, msMax: number): Promise<boolean> => {
  const giveUpAt = performance.now() + msMax;
  while (!isTrue()) {
    if (performance.now() >= giveUpAt) return false;
    await sleep(pollMs);
  }
  return true;
};

export const removeFolders = async (): Promise<void> => {
  for (const folder of folders) {
    for (const pid of postmastersIn(folder)) {
      killIfThere(pid);
      await waitUntil(() => !isAlive(pid), goneMsMax);
    }
    rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
    folders.delete(folder);
  }
};
