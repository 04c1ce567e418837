/** All kinds, by their type. Events are none of them: they have no mutable side. */
import type { EntryType } from "../ids.ts";
import { decision } from "./decision.ts";
import { episode } from "./episode.ts";
import { fact } from "./fact.ts";
import { type EntryKind } from "./kind.ts";
import { project } from "./project.ts";
import { checkpoint, session } from "./session.ts";
import { skill } from "./skill.ts";
import { task } from "./task.ts";

export const kinds = { fact, decision, episode, skill, session, checkpoint, task, project };

export type KindName = keyof typeof kinds;
export type KindOf<T extends KindName> = (typeof kinds)[T];

export const kindNames = Object.keys(kinds) as readonly KindName[];

/** Undefined for events. */
export const kindOf = (type: EntryType): EntryKind<unknown> | undefined =>
  type === "event" ? undefined : kinds[type];
