import { Exit } from "../exits.ts";

/** Every place that finds nobody on this machine says it in these words. */
export const notSetUp = {
  code: "NotSetUp",
  exit: Exit.NotSetUp,
  message: "There is no memory on this machine yet: it was never set up here.",
  next: "duro init, or duro join --server URL where another machine has one",
} as const;
