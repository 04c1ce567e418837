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
  readonly parent: number;
  readonly command: string;
}

const running = (): readonly Running[] =>
  execFileSync("ps", ["-axww", "-o", "pid=,ppid=,command="], {
    encoding: "utf8",
    maxBuffer: 2 ** 26,
  })
    .split("\n")
    .flatMap((line) => {
      const [, pid, parent, command] = /^\s*(\d+)\s+(\d+)\s+(.*)$/u.exec(line) ?? [];
      if (pid === undefined || command === undefined) return [];
      return [{ pid: Number(pid), parent: Number(parent), command }];
    });

/** Of a Postgres on data below this folder, also one that has the folder in a mount of its own. */
export const postmastersIn = (folder: string): readonly number[] => {
  const found = running().filter(({ command }) => command.includes(`postgres -D ${folder}/`));
  const pids = new Set(found.map(({ pid }) => pid));
  // A process of theirs has their name until it has one of its own.
  return found.filter(({ parent }) => !pids.has(parent)).map(({ pid }) => pid);
};

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
