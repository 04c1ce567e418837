/** Looks who answers at an address before anything is made or sent. */
import { askRelay, type RelayAbout } from "@duro/client";
import { err, ok, type Result } from "@duro/crypto/types";
import type { Problem } from "../../problem.ts";
import type { Daemon } from "../daemon.ts";
import { inTime } from "./inTime.ts";
import { askProblem, isNobodyThere } from "./relayProblems.ts";

export type Answering =
  | { readonly kind: "relay"; readonly about: RelayAbout }
  /** Not now, at least. */
  | { readonly kind: "nobody"; readonly problem: Problem };

export const askFirst = async (
  daemon: Pick<Daemon, "after" | "http">,
  url: string,
): Promise<Result<Answering, Problem>> => {
  const asked = await inTime(daemon, (http) => askRelay(http, url));
  if (asked.ok) return ok({ kind: "relay", about: asked.value });
  const problem = askProblem(url, asked.error);
  return isNobodyThere(asked.error) ? ok({ kind: "nobody", problem }) : err(problem);
};

/** For what cannot be done without one. */
export const askForRelay = async (
  daemon: Pick<Daemon, "after" | "http">,
  url: string,
): Promise<Result<RelayAbout, Problem>> => {
  const asked = await askFirst(daemon, url);
  if (!asked.ok) return asked;
  return asked.value.kind === "relay" ? ok(asked.value.about) : err(asked.value.problem);
};
