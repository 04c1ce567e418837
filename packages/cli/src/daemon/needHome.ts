/** Most routes want somebody to live on this machine. */
import { err, ok, type Result } from "@duro/crypto/types";
import { Exit } from "../exits.ts";
import type { Problem } from "../problem.ts";
import type { Daemon, Home } from "./daemon.ts";

export const needHome = ({
  home,
  trouble,
}: Pick<Daemon, "home" | "trouble">): Result<Home, Problem> =>
  home === undefined ? err(trouble ?? notSetUp) : ok(home);

export const notSetUp: Problem = {
  code: "NotSetUp",
  exit: Exit.NotSetUp,
  message: "There is no memory on this machine yet: it was never set up here.",
  next: "duro init, or duro join --server URL where another machine has one",
};
