import { object, oneOf, optional, timeMs } from "../shape.ts";
import { birth, forgettable, name, prose } from "./common.ts";
import { entryKind } from "./kind.ts";

export const taskComment = object({ at: timeMs, text: prose, by: optional(name) });

export const task = entryKind({
  type: "task",
  table: "tasks",
  place: "tasks",
  core: {
    ...birth,
    createdBy: optional(name),
    source: oneOf(["user", "agent", "hook"]),
    project: optional(name),
  },
  fields: {
    ...forgettable,
    title: optional(name),
    status: optional(oneOf(["open", "doing", "done", "dropped"])),
    assignee: optional(name),
    priority: optional(oneOf(["low", "normal", "high"])),
    /** Between the neighbours' texts: moving one rewrites one. */
    order: optional(name),
  },
  sets: ["tags", "dependsOn"],
  lists: ["comments"],
  texts: ["description"],
});
