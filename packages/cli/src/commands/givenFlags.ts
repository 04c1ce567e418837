/** The value of a flag, where it was given: the parser has checked it against the command's flags. */
import type { FlagValues } from "./command.ts";

export const textFlag = (flags: FlagValues, name: string): string | undefined => {
  const value = flags[name];
  return typeof value === "string" ? value : undefined;
};

export const numberFlag = (flags: FlagValues, name: string): number | undefined => {
  const value = flags[name];
  return typeof value === "number" ? value : undefined;
};

export const listFlag = (flags: FlagValues, name: string): readonly string[] | undefined => {
  const value = flags[name];
  return typeof value === "object" ? value : undefined;
};
