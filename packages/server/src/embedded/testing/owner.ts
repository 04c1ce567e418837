import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { onTestFinished } from "vitest";
import type { EmbeddedError, RunningPostgres } from "../embeddedPostgres.ts";

/** What ownerProcess.ts says of itself. */
export interface Report extends Pick<RunningPostgres, "pid" | "connection" | "wasAdopted"> {
  readonly sentence: string;
  readonly error?: EmbeddedError;
}

export const ownerScript = fileURLToPath(new URL("ownerProcess.ts", import.meta.url));

export interface OwnerOptions {
  readonly folder: string;
  readonly uid?: number;
}

export interface Owner {
  /** Resolves when the start is decided. */
  readonly report: Promise<Report>;
  readonly kill: () => Promise<void>;
}

/** Starts a relay in a process of its own; whatever it left is killed when the test is over. */
export const spawnOwner = ({ folder, uid }: OwnerOptions): Owner => {
  const child = spawn(process.execPath, [ownerScript, folder], {
    cwd: "/",
    stdio: ["ignore", "pipe", "inherit"],
    ...(uid === undefined ? {} : { uid, gid: uid }),
  });
  const exited = once(child, "exit");
  const firstLine = once(createInterface(child.stdout), "line").then(
    ([line]) => JSON.parse(String(line)) as Report,
  );
  const report = Promise.race([
    firstLine,
    exited.then((): never => {
      throw new Error("the relay ended before its start was decided");
    }),
  ]);
  // A case that kills it early does not ask for the report.
  report.catch(() => undefined);
  const kill = async (): Promise<void> => {
    child.kill("SIGKILL");
    await exited;
  };
  onTestFinished(async () => {
    await kill();
    const left = await report.catch(() => undefined);
    if (left !== undefined && left.error === undefined) await killIfThere(left.pid);
  });
  return { report, kill };
};

/** Resolves when it is gone, so that what comes next does not meet it on its way out. */
export const killIfThere = async (pid: number): Promise<void> => {
  try {
    process.kill(pid, "SIGKILL");
    const giveUpAt = performance.now() + goneMsMax;
    while (performance.now() < giveUpAt) {
      process.kill(pid, 0);
      await sleep(gonePollMs);
    }
  } catch {
    // It is gone, as it should be.
  }
};

/** A machine without a parent for orphans keeps their names: then it was long enough. */
const goneMsMax = 5_000;
const gonePollMs = 5;
