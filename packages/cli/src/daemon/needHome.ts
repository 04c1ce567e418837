/** Most routes want somebody to live on this machine. */
import { err, ok, type Result } from "@duro/crypto/types";
import type { Problem } from "../problem.ts";
import type { Daemon, Home } from "./daemon.ts";
import { notSetUp } from "./notSetUp.ts";

export const needHome = ({
  home,
  trouble,
}: Pick<Daemon, "home" | "trouble">): Result<Home, Problem> =>
  home === undefined ? err(trouble ?? notSetUp) : ok(home);
