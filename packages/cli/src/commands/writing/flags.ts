/** Flags that several of the writing commands take. */
import type { Flag } from "../command.ts";

export const tagFlag: Flag = {
  kind: "list",
  value: "TAG",
  about: "a tag",
  hasCommas: true,
};

export const projectFlag: Flag = {
  kind: "text",
  value: "PROJECT",
  about: "a name, a git remote, or a path as . of a git repository; without it, no project",
};

export const agentFlag: Flag = {
  kind: "text",
  value: "TOOL[/MODEL]",
  about: "an agent writes, not a person: less trusted until a person confirms it",
};

export const confidenceFlag: Flag = {
  kind: "number",
  value: "N",
  min: 0,
  max: 1,
  about: "how sure, from 0 to 1",
};
