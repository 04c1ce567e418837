/** A command and a daemon of two versions: what the daemon says of it, and what becomes of that. */
import { Exit } from "../exits.ts";
import type { Problem } from "../problem.ts";

/** What the daemon answers with to every question but `ping` and `stop`. */
export const versionMismatchStatus = 426;

/** The command ends such a daemon, and starts its own. */
const olderCode = "DaemonOlder";

export const isDaemonOlder = ({ code }: Problem): boolean => code === olderCode;

export const daemonOlder = (daemon: string, command: string): Problem => ({
  code: olderCode,
  exit: Exit.VersionMismatch,
  message: `The daemon is version ${daemon}, older than this command, which is ${command}.`,
  next: "duro daemon restart",
});

export const daemonStaysOlder: Problem = {
  code: olderCode,
  exit: Exit.VersionMismatch,
  message:
    "The daemon that runs is older than this command, and comes back when it is stopped: a service or another copy of duro starts it.",
  next: "duro service install, which points the service at this version",
};

export const daemonNewer = (daemon: string, command: string): Problem => ({
  code: "DaemonNewer",
  exit: Exit.VersionMismatch,
  message: `The daemon is version ${daemon}, newer than this command, which is ${command}.`,
  next: "update this duro, or call the one that was updated",
});
