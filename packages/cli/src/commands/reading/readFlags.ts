/** Flags that the commands which read have in common. */
import type { Flag } from "../command.ts";

/** Those that the daemon lists (daemon/read/filters.ts); projects are what entries are in. */
const types = ["fact", "decision", "episode", "skill", "session", "checkpoint", "task"];

export const typeFlag: Flag = {
  kind: "text",
  value: "TYPE",
  about: "only this type; without it facts, decisions, episodes and skills",
  choices: types,
};

export const projectFlag: Flag = {
  kind: "text",
  value: "PROJECT",
  about: "only of this project: its name, id or git remote",
};

const limitMax = 200;

export const limitFlag = (usual: number): Flag => ({
  kind: "number",
  value: "N",
  about: `at most so many; ${usual} if nothing is said`,
  min: 1,
  max: limitMax,
  isWhole: true,
});
