import { oneOf, optional, timeMs } from "../shape.ts";
import { birth, name } from "./common.ts";
import { object } from "../shape.ts";
import { entryKind } from "./kind.ts";

const always = oneOf(["always", "never"]);

export const project = entryKind({
  type: "project",
  table: "projects",
  place: "root",
  core: { ...birth, created: timeMs },
  fields: {
    name: optional(name),
    policy: optional(
      object({ sync: optional(always), inject: optional(always), archive: optional(always) }),
    ),
  },
  /** `remotes:host/owner/name`, `commits:<root commit>`, `roots:<device>:<path>`. Roots are never exported. */
  sets: ["remotes", "commits", "roots"],
});
