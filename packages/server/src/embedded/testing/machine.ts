import { spawnSync } from "node:child_process";

/**
 * What the machine that runs the tests allows. Cases are listed by it, and none is skipped: a case
 * that stands in the list has run.
 */

export const isRoot = process.geteuid?.() === 0;

const works = (command: string, ...args: readonly string[]): boolean =>
  spawnSync(command, args, { stdio: "ignore" }).status === 0;

export const hasNamespaces = works(
  "unshare",
  "--user",
  "--map-user=1",
  "--map-group=1",
  "--",
  "true",
);

export const hasCapabilities =
  isRoot &&
  works(
    "setpriv",
    "--reuid=1",
    "--regid=1",
    "--clear-groups",
    "--inh-caps=+dac_override",
    "--ambient-caps=+dac_override",
    "--securebits=+no_setuid_fixup",
    "--",
    "true",
  );

/** What is mounted behind this is gone with the program that it starts. */
export const withOwnMounts = { command: "unshare", args: ["--mount"] } as const;

export const hasMounts =
  isRoot &&
  works(withOwnMounts.command, ...withOwnMounts.args, "sh", "-c", "mount -t tmpfs none /tmp");

/** initdb wants a name for its user, and every system has one for this. */
export const ordinaryUid = 1;

/** Not where the clone itself lies under a folder of root's. */
export const canBecomeOrdinary =
  isRoot && spawnSync(process.execPath, ["--version"], { cwd: "/", uid: ordinaryUid }).status === 0;
