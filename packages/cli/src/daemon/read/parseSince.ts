/** `--since`: a moment in ISO 8601, or how long ago. */
import { err, ok, type Result } from "@duro/crypto/types";
import { msByUnit } from "../../durations.ts";
import { type Problem, usage } from "../../problem.ts";

const agoPattern = /^(?<count>\d{1,6})(?<unit>[smhdwy])$/u;
/** Dates without a time are in UTC, as everything here is; a time without a zone is this machine's. */
const isoPattern =
  /^\d{4}(?:-\d\d(?:-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)?)?)?)?$/iu;

export const parseSince = (text: string, nowMs: number): Result<number, Problem> => {
  const wanted = text.trim();
  const { count, unit = "" } = agoPattern.exec(wanted)?.groups ?? {};
  const unitMs = msByUnit.get(unit);
  if (count !== undefined && unitMs !== undefined)
    return ok(Math.max(0, nowMs - Number(count) * unitMs));
  if (!isoPattern.test(wanted) || !isInCalendar(wanted)) return err(badSince);
  const atMs = Date.parse(wanted.replace(" ", "T"));
  return Number.isNaN(atMs) ? err(badSince) : ok(Math.max(0, atMs));
};

/** What is parsed would go on in the next month. */
const isInCalendar = (text: string): boolean => {
  const date = text.slice(0, "2026-11-01".length);
  const atMs = Date.parse(date);
  return !Number.isNaN(atMs) && new Date(atMs).toISOString().startsWith(date);
};

const badSince = usage(
  "BadSince",
  "That is no time: --since takes a date, a time in ISO 8601, or how long ago, as 7d, 12h or 2w.",
  "duro list --since 7d",
);
