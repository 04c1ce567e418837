/** What the system says when it refuses: errno(3), for code and for people. */

/** The system's own name for it: ENOENT, EACCES. Empty: it gave none. */
export const codeOf = (cause: unknown): string =>
  cause instanceof Error && "code" in cause && typeof cause.code === "string" ? cause.code : "";

export const isMissing = (cause: unknown): boolean => codeOf(cause) === "ENOENT";

/** In words that follow "since" or a colon. */
export const reasonOf = (cause: unknown): string => {
  const code = codeOf(cause);
  return reasons.get(code) ?? (code === "" ? "the system refused it" : `the system says ${code}`);
};

const reasons: ReadonlyMap<string, string> = new Map([
  ["ENOENT", "there is no such file or folder"],
  ["EACCES", "this user has no right to"],
  ["EPERM", "this user has no right to"],
  ["EEXIST", "it is there already"],
  ["EISDIR", "it is a folder"],
  ["ENOTDIR", "a part of the path is no folder"],
  ["ELOOP", "its links run in a circle"],
  ["ENAMETOOLONG", "its name is too long"],
  ["ENOSPC", "the disk is full"],
  ["EROFS", "the disk is read-only"],
]);
