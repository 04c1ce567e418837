/** Flags that the commands which read have in common. */
import { itemCountMax, listedTypes } from "../../api/readLimits.ts";
import type { Flag } from "../command.ts";

export const typeFlag: Flag = {
  kind: "text",
  value: "TYPE",
  about: "only this type; without it facts, decisions, episodes and skills",
  choices: listedTypes,
};

export const projectFlag: Flag = {
  kind: "text",
  value: "PROJECT",
  about: "only of this project: its name, id or git remote",
};

export const limitFlag = (usual: number): Flag => ({
  kind: "number",
  value: "N",
  about: `at most so many; ${usual} if nothing is said`,
  min: 1,
  max: itemCountMax,
  isWhole: true,
});
