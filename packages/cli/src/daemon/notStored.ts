import { Exit } from "../exits.ts";
import type { Problem } from "../problem.ts";

/** `why`: the name that the store has for it. */
export const notStored = (code: string, why: string): Problem => ({
  code,
  exit: Exit.Unexpected,
  message: `This machine's disk did not take it, so nothing was stored (${why}).`,
  next: "make room on the disk, then run this again; duro doctor looks closer",
});

/** Of an edit, which the daemon holds and tries again: whoever repeats it at once may have it twice. */
export const editNotStored = (code: string, why: string): Problem => ({
  code,
  exit: Exit.Unexpected,
  ...(why === "EditRefused" ? refused : untaken(why)),
});

const untaken = (why: string) => ({
  message: `This machine's disk did not take it (${why}). The daemon holds it and tries again; if it ends before, it is gone.`,
  next: "make room on the disk, then look by duro list whether it is there before you repeat it",
});

/** A fault of ours: what can be said at all was looked at before. The engine has taken it back. */
const refused = {
  message: "A value in it is of a form that no device would read, so nothing was stored.",
  next: "go on without that value",
};
