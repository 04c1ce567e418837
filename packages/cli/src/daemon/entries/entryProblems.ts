/** What can stand against a change, as the sentence that whoever asked for it reads. */
import { err, type Result } from "@duro/crypto/types";
import {
  type AlreadySuperseded,
  type BadField,
  type DocName,
  type DocNotOpen,
  type EntryGone,
  type EntryId,
  type EntryType,
  type EpisodeFull,
  type Memory,
  type NoEntry,
  type NoProject,
  type NotForgettable,
  type NotForgotten,
  type NotSaidAnew,
  type ProjectAmbiguous,
  typeOfId,
  type UndoTimeOver,
  type WrongType,
} from "@duro/memory";
import { type Problem, usage } from "../../problem.ts";
import type { DeviceGone, Home, SaveFailed } from "../daemon.ts";
import { findProblem, undoDays } from "../read/findId.ts";
import { deviceRemoved } from "../sync/removed.ts";
import { editNotStored } from "../notStored.ts";

/** Within the time for undo; nothing is done to it before it is back. */
export interface EntryForgotten {
  readonly type: "EntryForgotten";
  readonly id: EntryId;
}

export type EntryError =
  | AlreadySuperseded
  | BadField
  | DeviceGone
  | EntryForgotten
  | EntryGone
  | EpisodeFull
  | NoEntry
  | NoProject
  | NotForgettable
  | NotForgotten
  | NotSaidAnew
  | ProjectAmbiguous
  | SaveFailed
  | UndoTimeOver
  | WrongType;

export const textMissing = (what: string, example: string): Problem =>
  usage("TextMissing", `There is no ${what}: the text is empty.`, example);

/** `wanted`: what the command works on. */
const entryProblem = (error: EntryError, wanted: EntryType): Problem => {
  switch (error.type) {
    case "NoEntry":
    case "EntryGone":
      return findProblem(error);
    case "EntryForgotten":
      return usage(
        error.type,
        `${error.id} was forgotten, and can still be brought back.`,
        `duro forget --undo ${error.id}`,
      );
    case "WrongType":
      return usage(
        error.type,
        `${error.id} is ${named(typeOfId(error.id))}, and this works on ${named(wanted)}.`,
        wanted === "skill" ? "duro skill list" : `duro list --type ${wanted}`,
      );
    case "NotSaidAnew":
      return notSaidAnew(error.id);
    case "AlreadySuperseded":
      return usage(
        error.type,
        `${error.id} has been said anew already: ${error.by} stands in its place.`,
        `duro show ${error.by}, and change that one`,
      );
    case "NotForgettable":
      return usage(
        error.type,
        `${error.id} is ${named(typeOfId(error.id))}, which always stays.`,
        "duro list, which shows what can be forgotten",
      );
    case "NotForgotten":
      return usage(
        error.type,
        `${error.id} is not forgotten, so there is nothing to bring back.`,
        `duro show ${error.id}`,
      );
    case "UndoTimeOver":
      return usage(
        error.type,
        `${error.id} was forgotten more than ${undoDays} days ago, and is no longer kept.`,
        "duro list",
      );
    case "EpisodeFull":
      return usage(
        error.type,
        `The episode has ${error.countMax} notes, which is all that it takes.`,
        "duro episode close ID --result partial, and start the next one",
      );
    case "BadField":
    case "NoProject":
    case "ProjectAmbiguous":
      return inputProblem(error);
    case "SaveFailed":
      return editNotStored(error.type, error.why);
    case "DeviceGone":
      return deviceRemoved;
  }
};

const notSaidAnew = (id: EntryId): Problem => {
  const type = typeOfId(id);
  const next: Partial<Record<EntryType, string>> = {
    episode: `duro episode note ${id} TEXT, which adds to it`,
    skill: "duro skill save NAME --file SKILL.md",
  };
  return usage(
    "NotSaidAnew",
    `${id} is ${named(type)}, and --text is for a fact or a decision.`,
    next[type] ?? `duro show ${id}`,
  );
};

const inputProblem = (error: BadField | NoProject | ProjectAmbiguous): Problem => {
  switch (error.type) {
    case "BadField":
      return usage(
        error.type,
        `The ${fieldName(error.field)} is not accepted: expected ${error.expected}.`,
        "change it, and run the command again",
      );
    case "NoProject":
      return usage(
        error.type,
        "No project here has that id, and nothing else in --project names one.",
        "duro remember TEXT --project NAME, or --project . within a git repository",
      );
    case "ProjectAmbiguous":
      return usage(
        error.type,
        `Several projects have that name: ${[...error.remotes, ...error.ids].join(", ")}.`,
        `--project ${error.remotes[0] ?? error.ids[0] ?? "ID"}`,
      );
  }
};

/** Where a field of the model is called otherwise on the command line. */
const fieldNames: Readonly<Record<string, string>> = {
  claim: "text",
  decision: "text",
  goal: "goal",
  "note.s": "note",
  expected: "expected outcome",
  "evidence.snippet": "source",
  tags: "list of tags",
  body: "skill's text",
  option: "alternative",
  urls: "source",
  path: "source",
  agent: "agent",
  "agent.tool": "agent",
  "agent.model": "agent's model",
};

/** Of what lies within a list the last name tells. */
const fieldName = (field: string): string =>
  fieldNames[field] ??
  fieldNames[
    field
      .replace(/\[\d+\]/gu, "")
      .split(".")
      .at(-1) ?? ""
  ] ??
  field;

const named = (type: EntryType): string =>
  `${type === "episode" || type === "event" ? "an" : "a"} ${type}`;

/** Changes the memory, and says in a sentence what stood against it. */
export const change = async <T extends { readonly docs: readonly DocName[] }>(
  home: Home,
  wanted: EntryType,
  work: (memory: Memory) => Result<T, EntryError | DocNotOpen>,
): Promise<Result<T, Problem>> => {
  const done = await home.write<T, EntryError>(work);
  return done.ok ? done : err(entryProblem(done.error, wanted));
};
