/** One value of a flag, from the line or from its twin in the environment. */
import type { Flag } from "../commands/command.ts";
import { BadUsage, quoted } from "./badUsage.ts";

export interface Source {
  readonly flag: Flag;
  /** As it was written: `--limit` or `DURO_LIMIT`. */
  readonly written: string;
}

export const readOn = ({ written }: Source, text: string): boolean => {
  const word = text.trim().toLowerCase();
  if (["1", "true", "yes", "on"].includes(word)) return true;
  if (["0", "false", "no", "off", ""].includes(word)) return false;
  throw new BadUsage(
    `${written} is ${quoted(text)}: it is either on or off.`,
    `write ${written}=1, or leave it out`,
  );
};

export const readText = ({ flag, written }: Source, text: string): string => {
  if (flag.choices === undefined || flag.choices.includes(text)) return text;
  throw new BadUsage(
    `${written} is ${quoted(text)}: it takes one of ${flag.choices.join(", ")}.`,
    `write ${example(written, flag.choices[0] ?? "")}`,
  );
};

export const readNumber = ({ flag, written }: Source, text: string): number => {
  const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY, isWhole } = flag;
  const value = /^[+-]?(?:\d{1,15}(?:\.\d{0,15})?|\.\d{1,15})$/u.test(text) ? Number(text) : NaN;
  if (value >= min && value <= max && (isWhole !== true || Number.isInteger(value))) return value;
  throw new BadUsage(
    `${written} is ${quoted(text)}: it takes ${rangeText(flag)}.`,
    `write ${example(written, `${flag.min ?? flag.max ?? 1}`)}`,
  );
};

const rangeText = ({ min, max, isWhole }: Flag): string => {
  const what = isWhole === true ? "a whole number" : "a number";
  if (min !== undefined && max !== undefined) return `${what} from ${min} to ${max}`;
  if (min !== undefined) return `${what} from ${min} up`;
  return max === undefined ? what : `${what} up to ${max}`;
};

/** A flag and a variable are written each in its own way. */
const example = (written: string, value: string): string =>
  written.startsWith("-") ? `${written} ${value}` : `${written}=${value}`;
