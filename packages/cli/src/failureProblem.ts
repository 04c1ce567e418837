/** What was thrown, as a problem: a wrong line, what the system refuses, or a fault of ours. */
import { BadUsage } from "./args/badUsage.ts";
import { Exit } from "./exits.ts";
import type { Machine } from "./places/findPlaces.ts";
import type { Problem } from "./problem.ts";
import { codeOf } from "./systemError.ts";

/** The system's own names: errno(3). */
const refusals: ReadonlyMap<string, readonly [code: string, what: string, next: string]> = new Map([
  ["ENOSPC", ["DiskFull", "The disk is full", "make room, and run it again"]],
  ["EDQUOT", ["DiskFull", "Your share of the disk is used up", "make room, and run it again"]],
  ["EROFS", ["NotWritable", "This disk takes no changes", "name another place with --home DIR"]],
  ["EACCES", ["NotAllowed", "Your user may not do that", "look at the owner of that path"]],
  ["EPERM", ["NotAllowed", "Your user may not do that", "look at the owner of that path"]],
  ["EMFILE", ["TooManyFiles", "Too many files are open", "raise the limit (ulimit -n)"]],
]);

export const failureProblem = (cause: unknown, { env }: Pick<Machine, "env">): Problem => {
  if (cause instanceof BadUsage) {
    const { message, next } = cause;
    return { code: "UsageError", exit: Exit.Usage, message, next };
  }
  const isDebug = (env["DURO_DEBUG"] ?? "") !== "";
  const reason = cause instanceof Error ? cause.message : String(cause);
  const trace = cause instanceof Error ? cause.stack : undefined;
  const shown = isDebug ? (trace ?? reason) : (reason.split("\n")[0] ?? "");
  const [code, what, next] = refusals.get(codeOf(cause)) ?? [
    "Unexpected",
    "This should not have happened",
    "duro doctor, which also says where the log is; with DURO_DEBUG=1 this says more",
  ];
  return { code, exit: Exit.Unexpected, message: `${what}: ${shown}.`, next };
};
