import { basename } from "node:path";
import type { LogFacts } from "./log.ts";

/** What of a failure may be told to others: its name, its code and where it was, no word of its message. */
export const failureFacts = (cause: unknown): LogFacts => {
  if (!(cause instanceof Error)) return { failure: typeof cause };
  const places = (cause.stack ?? "")
    .split("\n")
    .filter((line) => /^\s+at /u.test(line))
    .slice(0, placesMax)
    .map((line) => basename(line.trim()).replace(/\)$/u, ""));
  const code = "code" in cause && typeof cause.code === "string" ? cause.code : undefined;
  return { failure: cause.name, code, where: places.join(" < ") };
};

const placesMax = 6;
