/**
 * `forget`: out of sight at once, back within seven days, or gone for good by a purge. Much at once waits
 * for a person's yes.
 */
import { err, ok, type Result } from "@duro/crypto/types";
import {
  type Changed,
  type DocNotOpen,
  type EntryId,
  forget,
  forgottenBy,
  type Memory,
  purge,
  show,
  undoForget,
  undoMs,
} from "@duro/memory";
import { Type } from "typebox";
import type { EntryCalls, ForgottenJson } from "../../api/entryCalls.ts";
import { Exit } from "../../exits.ts";
import { type Problem, usage } from "../../problem.ts";
import type { Daemon, Home } from "../daemon.ts";
import { entryCountOf } from "../entryCount.ts";
import { callRoute } from "../routes.ts";
import { findId } from "../read/findId.ts";
import { change, type EntryError } from "./entryProblems.ts";
import { needHome } from "../needHome.ts";
import { copiesOf } from "./purgedCopies.ts";
import { isMass, massCountMax, massShareMax } from "./massDeletion.ts";
import { parseSince } from "../read/parseSince.ts";
import { body, text } from "../shapes.ts";

type Asked = EntryCalls["forget"]["body"];

/** More is not one command of a person, and one body of JSON. */
const idsPerCallMax = 100_000;

export const forgetRoute = callRoute<"forget">({
  name: "forget",
  schema: body({
    ids: Type.Array(text, { maxItems: idsPerCallMax }),
    how: Type.Union([Type.Literal("forget"), Type.Literal("purge"), Type.Literal("undo")]),
    by: Type.Optional(body({ device: text, since: text })),
    isAgreed: Type.Optional(Type.Boolean()),
  }),
  run: async (daemon, asked) => {
    const home = needHome(daemon);
    if (!home.ok) return home;
    const ids = await idsOf(daemon, home.value, asked);
    if (!ids.ok) return ids;
    const refusal = asked.how === "undo" ? undefined : refusalOf(home.value, ids.value, asked);
    if (refusal !== undefined) return err(refusal);
    const done = await change<Done>(home.value, "fact", (memory) => {
      const changed = doAs(asked.how, memory, ids.value);
      if (!changed.ok || asked.how !== "forget") return changed;
      const undo = undoUntil(memory, ids.value);
      return undo.ok ? ok({ ...changed.value, undoUntilMs: undo.value }) : undo;
    });
    if (!done.ok) return done;
    const copies = asked.how === "purge" ? await copiesOf(daemon, home.value) : undefined;
    return ok(answerOf(ids.value, done.value, copies));
  },
});

interface Done extends Changed {
  readonly undoUntilMs?: number;
}

const idsOf = async (
  daemon: Daemon,
  home: Home,
  { ids: typed, how, by }: Asked,
): Promise<Result<readonly EntryId[], Problem>> => {
  if (how !== "forget" && by !== undefined) return idsForgottenBy(daemon, home, by);
  const ids = new Set<EntryId>();
  for (const one of typed) {
    const id = findId(home, one);
    if (!id.ok) return id;
    ids.add(id.value);
  }
  return ids.size === 0
    ? err(usage("NothingNamed", "No id was given.", "duro search WORDS, then duro forget ID"))
    : ok([...ids]);
};

const idsForgottenBy = async (
  { nowMs }: Daemon,
  home: Home,
  { device, since }: NonNullable<Asked["by"]>,
): Promise<Result<readonly EntryId[], Problem>> => {
  const sinceMs = parseSince(since, nowMs());
  if (!sinceMs.ok) return sinceMs;
  const oldestMs = nowMs() - undoMs;
  const found = await home.read<readonly EntryId[], never>((memory) =>
    forgottenBy(memory, device, { sinceMs: Math.max(sinceMs.value, oldestMs) }),
  );
  if (!found.ok) return found;
  return found.value.length === 0
    ? err(
        usage(
          "NothingForgotten",
          "That device has forgotten nothing since then that could still be brought back.",
          "duro device list, and a longer --since",
        ),
      )
    : found;
};

const refusalOf = (
  home: Home,
  ids: readonly EntryId[],
  { how, isAgreed }: Asked,
): Problem | undefined => {
  if (isAgreed === true) return undefined;
  const visibleCount = entryCountOf(home);
  if (isMass({ count: ids.length, visibleCount }))
    return {
      code: "MassDeletion",
      exit: Exit.Safeguard,
      message: `Nothing was forgotten: ${ids.length} entries at once are more than ${massCountMax}, or more than ${massShareMax * 100} % of the ${visibleCount} that are here.`,
      next: "the same command with --yes, if all of them are meant",
    };
  return how === "purge"
    ? usage(
        "PurgeNotAgreed",
        "Nothing was purged: it cannot be undone, and nobody said yes.",
        "the same command with --yes, or duro forget ID, which can be undone for 7 days",
      )
    : undefined;
};

const doAs = (
  how: Asked["how"],
  memory: Memory,
  ids: readonly EntryId[],
): Result<Changed, EntryError | DocNotOpen> => {
  switch (how) {
    case "forget":
      return forget(memory, ids);
    case "purge":
      return purge(memory, ids);
    case "undo":
      return undoForget(memory, ids);
  }
};

/** The first to go for good: what was forgotten before keeps its time. */
const undoUntil = (
  memory: Memory,
  ids: readonly EntryId[],
): Result<number, EntryError | DocNotOpen> => {
  let untilMs = Number.POSITIVE_INFINITY;
  for (const id of ids) {
    const item = show(memory, id);
    if (!item.ok) return item;
    untilMs = Math.min(untilMs, (item.value.forgottenMs ?? memory.nowMs()) + undoMs);
  }
  return ok(untilMs);
};

const answerOf = (
  ids: readonly EntryId[],
  { ids: changed, undoUntilMs }: Done,
  copies: ForgottenJson["copies"],
): ForgottenJson => {
  const named = new Set(ids);
  const also = changed.filter((id) => !named.has(id));
  return {
    ids,
    ...(also.length === 0 ? {} : { also }),
    ...(undoUntilMs === undefined ? {} : { undoUntil: new Date(undoUntilMs).toISOString() }),
    ...(copies === undefined ? {} : { copies }),
  };
};
