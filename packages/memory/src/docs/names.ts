/**
 * Which documents there are. A name says what is inside; how it becomes the 16 bytes by which members
 * know a document is the caller's business.
 */
import { err, ok, type Result } from "../result.ts";
import { isEntryId, type EntryId, typeOfId } from "../ids.ts";

declare const brand: unique symbol;
/** `root`, `skills`, `tasks`, `sessions/2026`, `mem/_/2026-11`, `mem/p_…/2026-11.2`. */
export type DocName = string & { readonly [brand]: "DocName" };

/** Of a memory shard: a month of one project, or of none. */
export interface Shard {
  readonly project: EntryId | undefined;
  /** `2026-11`, in UTC: devices in two time zones name one shard. */
  readonly month: string;
  /** From 1. A full shard goes on in the next part. */
  readonly part: number;
}

export type DocPlace =
  | { readonly kind: "root" }
  | { readonly kind: "skills" }
  | { readonly kind: "tasks" }
  | { readonly kind: "sessions"; readonly year: string }
  | ({ readonly kind: "memory" } & Shard);

export const rootDoc = "root" as DocName;
export const skillsDoc = "skills" as DocName;
export const tasksDoc = "tasks" as DocName;

const noProject = "_";

export const monthOf = (atMs: number): string => new Date(atMs).toISOString().slice(0, -17);
const yearOf = (atMs: number): string => monthOf(atMs).slice(0, -3);

export const sessionsDoc = (atMs: number): DocName => `sessions/${yearOf(atMs)}` as DocName;

export const shardDoc = ({ project, month, part }: Shard): DocName =>
  `mem/${project ?? noProject}/${month}${part === 1 ? "" : `.${part}`}` as DocName;

export interface NotADocName {
  readonly type: "NotADocName";
}

const shardPattern = /^mem\/(?<project>[^/]+)\/(?<month>[^/]+-\d\d)(?:\.(?<part>[1-9]\d{0,5}))?$/u;

export const parseDocName = (text: string): Result<DocName, NotADocName> =>
  placeOf(text as DocName) === undefined ? err({ type: "NotADocName" }) : ok(text as DocName);

/** Undefined for a name of a kind that this version does not know. */
export const placeOf = (name: DocName): DocPlace | undefined => {
  if (name === rootDoc) return { kind: "root" };
  if (name === skillsDoc) return { kind: "skills" };
  if (name === tasksDoc) return { kind: "tasks" };
  const year = /^sessions\/(?<year>\d{4,6})$/u.exec(name)?.groups?.["year"];
  if (year !== undefined) return { kind: "sessions", year };
  const { project, month, part } = shardPattern.exec(name)?.groups ?? {};
  if (project === undefined || month === undefined) return undefined;
  if (project === noProject)
    return { kind: "memory", project: undefined, month, part: Number(part ?? 1) };
  return isEntryId(project) && typeOfId(project) === "project"
    ? { kind: "memory", project, month, part: Number(part ?? 1) }
    : undefined;
};
