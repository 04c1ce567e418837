/** Prints JSON as prettier leaves it, so that a made file and a checked-in one can be compared. */
import type { Json } from "./format.ts";

const printWidth = 100;

const isObject = (value: Json): value is { readonly [key: string]: Json } =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const isList = (value: Json): value is readonly Json[] => Array.isArray(value);

const block = (open: string, lines: readonly string[], close: string, indent: string): string =>
  lines.length === 0
    ? open + close
    : `${open}\n${lines.map((line) => `${indent}  ${line}`).join(",\n")}\n${indent}${close}`;

/** `used` is what stands before the value on its line, and the comma behind it. */
const print = (value: Json, indent: string, used: number): string => {
  if (isObject(value)) {
    const lines = Object.entries(value).map(([key, field]) => {
      const name = `${JSON.stringify(key)}: `;
      return name + print(field, `${indent}  `, indent.length + 2 + name.length + 1);
    });
    return block("{", lines, "}", indent);
  }
  if (!isList(value)) return JSON.stringify(value);
  if (!value.some((item) => isObject(item) || isList(item))) {
    const line = `[${value.map((item) => JSON.stringify(item)).join(", ")}]`;
    if (used + line.length <= printWidth) return line;
    if (value.some((item) => typeof item === "number"))
      throw new RangeError("prettier fills long lists of numbers: keep them on one line");
  }
  const lines = value.map((item) => print(item, `${indent}  `, indent.length + 3));
  return block("[", lines, "]", indent);
};

export const printJson = (value: Json): string => `${print(value, "", 0)}\n`;
