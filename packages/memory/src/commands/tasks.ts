/** Tasks of a vault. Title, status and the like are changed by `edit`. */
import * as Y from "yjs";
import { task, taskComment } from "../entities/task.ts";
import { createEntryId, type EntryId } from "../ids.ts";
import type { DocNotOpen, Memory } from "../memory.ts";
import { err, ok, type Result } from "../result.ts";
import { type BadField, type Shape, text } from "../shape.ts";
import { memberName, setFields } from "../store.ts";
import { setText } from "../text/setText.ts";
import { createEntry, type Written } from "./create.ts";
import { findEntry, type FindError } from "./find.ts";
import type { WrongType } from "./judge.ts";
import { proseLengthMax } from "../entities/common.ts";

export type NewTask = Pick<Shape<typeof task.fields>, "assignee" | "order" | "priority"> & {
  readonly title: string;
  readonly source?: "agent" | "hook" | "user" | undefined;
  readonly agent?: { readonly tool: string; readonly model?: string | undefined } | undefined;
  readonly project?: EntryId | undefined;
  readonly description?: string | undefined;
  readonly tags?: readonly string[] | undefined;
};

export const addTask = (
  memory: Memory,
  { title, source, agent, project, description, tags, ...fields }: NewTask,
): Result<Written, BadField | DocNotOpen> =>
  createEntry(memory, task, {
    core: {
      source: source ?? (agent === undefined ? "user" : "agent"),
      project,
      agent,
      at: memory.nowMs(),
      device: memory.device,
    },
    fields: { ...fields, title, status: "open" },
    texts: { description: description ?? "" },
    tags,
  });

export const commentTask = (
  memory: Memory,
  id: EntryId,
  comment: { readonly text: string; readonly by?: string | undefined },
): Result<Written, BadField | FindError | WrongType> => {
  const found = findEntry(memory, id);
  if (!found.ok) return found;
  if (found.value.type !== "task") return err({ type: "WrongType", id });
  const at = memory.nowMs();
  const checked = taskComment.read({ ...comment, at }, "comment", "strict");
  if (!checked.ok) return checked;
  const noteId = createEntryId("event", { atMs: at, randomBytes: memory.randomBytes });
  const { doc, map, name } = found.value;
  setFields(doc, map, { [memberName("comments", noteId)]: checked.value });
  return ok({ id, docs: [name] });
};

export const describeTask = (
  memory: Memory,
  id: EntryId,
  description: string,
): Result<Written, BadField | FindError | WrongType> => {
  const found = findEntry(memory, id);
  if (!found.ok) return found;
  const checked = text(proseLengthMax).read(description, "description", "strict");
  if (!checked.ok) return checked;
  const { doc, map, name } = found.value;
  const prose = map.get("description");
  if (found.value.type !== "task" || !(prose instanceof Y.Text))
    return err({ type: "WrongType", id });
  setText(doc, prose, description);
  return ok({ id, docs: [name] });
};
