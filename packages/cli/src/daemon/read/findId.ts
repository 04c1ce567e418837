/** The entry that a person means: by its id, or by a beginning of it that no other has; and what if there is none. */
import { err, ok, type Result } from "@duro/crypto/types";
import { type EntryGone, type EntryId, type NoEntry, parseEntryId, undoMs } from "@duro/memory";
import { dayMs } from "../../durations.ts";
import { type Problem, usage } from "../../problem.ts";
import type { Home } from "../daemon.ts";

/** Shorter ones are typed by mistake: ids that are made within a year begin with the same five signs. */
const prefixLengthMin = 6;
const namedCountMax = 3;

export const findId = (home: Home, typed: string): Result<EntryId, Problem> => {
  const text = typed.trim().toLowerCase();
  const whole = parseEntryId(text);
  if (whole.ok) return ok(whole.value);
  if (!/^[a-z]{1,2}_[0-9a-z]*$/u.test(text) || text.length < prefixLengthMin)
    return err(
      usage(
        "NotAnId",
        "That is no id: one begins with its type, as f_ or d_, and has 26 letters and digits behind it.",
        "duro list, which shows ids, or duro search WORDS",
      ),
    );
  const [first, ...others] = home.index.idsBeginning(text, namedCountMax + 1);
  if (first === undefined)
    return err(usage("NoEntry", `No id here begins with ${text}.`, "duro list"));
  if (others.length === 0) return ok(first);
  const named = [first, ...others].slice(0, namedCountMax).join(", ");
  const more = others.length >= namedCountMax ? ", and more" : "";
  return err(
    usage("IdAmbiguous", `Several ids begin with ${text}: ${named}${more}.`, `duro show ${first}`),
  );
};

export const undoDays = undoMs / dayMs;

export const findProblem = ({ type, id }: EntryGone | NoEntry): Problem =>
  type === "EntryGone"
    ? usage(
        type,
        `${id} was forgotten for good: more than ${undoDays} days ago, or by a purge.`,
        "duro list",
      )
    : usage(
        type,
        `Nothing here is called ${id}: it was never stored, or has not arrived on this machine yet.`,
        "duro sync, or duro search WORDS",
      );
