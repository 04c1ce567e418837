/** What a list or a search can be narrowed to: the commands offer it, the daemon holds them to it. */

/** Projects are not among them: they are what entries are in. */
export const listedTypes = [
  "fact",
  "decision",
  "episode",
  "skill",
  "session",
  "checkpoint",
  "task",
] as const;

/** A page of more is a reader's loop, not a reader. */
export const itemCountMax = 200;
export const listCountUsual = 50;
export const searchCountUsual = 20;
