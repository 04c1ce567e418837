/**
 * A small disk of its own for programs that are started on it, in a mount namespace that ends with
 * them. Only root may mount, and in some containers not even root.
 */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { assert } from "../../../packages/crypto/src/types.ts";
import { withOwnMounts } from "../../../packages/server/src/embedded/testing/machine.ts";
import { newFolder } from "./folders.ts";
import type { StartOptions } from "./program.ts";

export interface OwnDisk {
  /** Where the disk is, for those programs. */
  readonly folder: string;
  readonly options: StartOptions;
  /** Leaves not a byte of room. */
  fill(): void;
  free(): void;
  remount(how: "ro" | "rw"): void;
  /** When nothing runs on it any more. */
  close(): Promise<void>;
}

const enterCommand = "nsenter";
const fillerByteLength = 4_096;

export const openOwnDisk = async (sizeMiB: number): Promise<OwnDisk> => {
  const folder = newFolder();
  const script = `mount -t tmpfs -o size=${sizeMiB}m,mode=700 none "$1" && echo ready && exec cat`;
  const holder: ChildProcess = spawn(
    withOwnMounts.command,
    [...withOwnMounts.args, "sh", "-c", script, "sh", folder],
    {
      // It ends with whoever opened it, however that ends.
      stdio: ["pipe", "pipe", "inherit"],
    },
  );
  const ended = once(holder, "exit");
  assert(holder.stdout !== null, "its output is a pipe");
  await Promise.race([once(holder.stdout, "data"), ended]);
  assert(holder.exitCode === null, "this machine lets us mount");
  const inside = [`--mount=/proc/${holder.pid}/ns/mnt`, "--"];
  /** The same disk, seen from outside. */
  const filler = join(`/proc/${holder.pid}/root`, folder, "filler");
  return {
    folder,
    options: { within: [enterCommand, ...inside] },
    fill: () => {
      try {
        for (;;) writeFileSync(filler, new Uint8Array(fillerByteLength), { flag: "a" });
      } catch {
        // Full: as it should be.
      }
    },
    free: () => rmSync(filler),
    remount: (how) => {
      execFileSync(enterCommand, [...inside, "mount", "-o", `remount,${how}`, folder]);
    },
    close: async () => {
      holder.kill("SIGKILL");
      await ended;
    },
  };
};
