/** `duro episode`: a piece of work from its goal to its result. */
import { action, actionCountMax, episode } from "../entities/episode.ts";
import type { results } from "../entities/event.ts";
import { createEntryId, type EntryId } from "../ids.ts";
import { byText, isJsonObject, toJsonObject } from "../json.ts";
import { type DocNotOpen, type Memory, memoryOrigin } from "../memory.ts";
import { err, ok, type Result } from "../result.ts";
import { type BadField, object, type TypeOf } from "../shape.ts";
import { memberName, setFields } from "../store.ts";
import { createEntry, type Written } from "./create.ts";
import { findEntry, type FindError, type Found } from "./find.ts";
import type { WrongType } from "./judge.ts";

type EpisodeCore = TypeOf<typeof episode.core>;
export type Action = TypeOf<typeof action>;

export type NewEpisode = Partial<Omit<EpisodeCore, "at" | "device" | "origins">> & {
  readonly goal: string;
  readonly tags?: readonly string[] | undefined;
  readonly project?: EntryId | undefined;
};

export const startEpisode = (
  memory: Memory,
  { tags, project, ...core }: NewEpisode,
): Result<Written, BadField | DocNotOpen> => {
  const at = memory.nowMs();
  return createEntry(memory, episode, {
    core: { kind: "work", started: at, ...core, at, device: memory.device },
    fields: { status: "open" },
    tags,
    project,
  });
};

/** It has as many notes as an episode takes; a session holds the rest. */
export interface EpisodeFull {
  readonly type: "EpisodeFull";
  readonly countMax: number;
}

export type EpisodeError = BadField | EpisodeFull | FindError | WrongType;

/** What was done. Under an id of its own, so that two machines at one episode keep both notes. */
export const noteInEpisode = (
  memory: Memory,
  id: EntryId,
  {
    text,
    tool,
    ref,
  }: Readonly<{ text: string; tool?: string | undefined; ref?: string | undefined }>,
): Result<Written, EpisodeError> => {
  const found = findEpisode(memory, id);
  if (!found.ok) return found;
  const { doc, map, name } = found.value;
  const prefix = memberName("actions", "");
  const count = [...map.keys()].filter((noteId) => noteId.startsWith(prefix)).length;
  if (count >= actionCountMax) return err({ type: "EpisodeFull", countMax: actionCountMax });
  const at = memory.nowMs();
  const note = action.read({ at, s: text, tool, ref }, "note", "strict");
  if (!note.ok) return note;
  const noteId = createEntryId("event", { atMs: at, randomBytes: memory.randomBytes });
  setFields(doc, map, { [memberName("actions", noteId)]: note.value });
  return ok({ id, docs: [name] });
};

export interface Closing {
  readonly result: (typeof results)[number];
  readonly summary?: string | undefined;
}

/**
 * All four fields in one edit, also an empty summary: of two devices that close it at once one wins as a
 * whole, and no result stands beside the other's summary.
 */
export const closeEpisode = (
  memory: Memory,
  id: EntryId,
  { result, summary = "" }: Closing,
): Result<Written, EpisodeError> => {
  const found = findEpisode(memory, id);
  if (!found.ok) return found;
  const closing = { status: "closed", result, summary, closed: memory.nowMs() };
  const checked = object(episode.fields).read(closing, "", "strict");
  if (!checked.ok) return checked;
  const { doc, map, name } = found.value;
  // Each is written though it may be the same: what is not written cannot win.
  doc.transact(() => {
    for (const [field, value] of Object.entries(toJsonObject(closing))) map.set(field, value);
  }, memoryOrigin);
  return ok({ id, docs: [name] });
};

/** `facts_created`, `decisions_used` and the like: any word, and the entry. */
export const linkEpisode = (
  memory: Memory,
  id: EntryId,
  { relation, to }: { readonly relation: string; readonly to: EntryId },
): Result<Written, EpisodeError> => {
  if (!/^[a-z][a-z_]{0,40}$/u.test(relation))
    return err({ type: "BadField", field: "relation", expected: "lowercase letters and _" });
  const found = findEpisode(memory, id);
  if (!found.ok) return found;
  const { doc, map, name } = found.value;
  setFields(doc, map, { [memberName("links", `${relation}:${to}`)]: 1 });
  return ok({ id, docs: [name] });
};

const findEpisode = (memory: Memory, id: EntryId): Result<Found, FindError | WrongType> => {
  const found = findEntry(memory, id);
  return found.ok && found.value.type !== "episode" ? err({ type: "WrongType", id }) : found;
};

/** Notes of an episode in the order of their times. */
export const actionsOf = (
  lists: Readonly<Record<string, ReadonlyMap<string, unknown>>>,
): readonly Action[] =>
  [...(lists["actions"] ?? [])]
    .flatMap(([noteId, value]) => {
      const note = isJsonObject(value) ? action.read(value, "", "lenient") : undefined;
      return note?.ok === true ? [{ noteId, note: note.value }] : [];
    })
    .toSorted((a, b) => a.note.at - b.note.at || byText(a.noteId, b.noteId))
    .map(({ note }) => note);
