/** Which command a line means: one word, or two as in `device list`. Global flags may stand before and between. */
import { BadUsage, closestTo, quoted } from "./badUsage.ts";
import { globalFlags, shortFlags } from "./globalFlags.ts";
import { isFlagLike } from "./readFlags.ts";

export type Found =
  /** Tokens without the words of the command. */
  | { readonly kind: "command"; readonly name: string; readonly rest: readonly string[] }
  /** `device` alone: it names several. */
  | { readonly kind: "group"; readonly group: string; readonly rest: readonly string[] }
  | { readonly kind: "none"; readonly rest: readonly string[] };

export const findCommand = (tokens: readonly string[], names: readonly string[]): Found => {
  const firstAt = nextWordAt(tokens, 0);
  const first = tokens[firstAt];
  if (first === undefined) return { kind: "none", rest: tokens };
  const secondAt = nextWordAt(tokens, firstAt + 1);
  const second = tokens[secondAt];
  const isGroup = names.some((name) => name.startsWith(`${first} `));
  if (isGroup && second !== undefined) {
    const name = `${first} ${second}`;
    if (names.includes(name))
      return { kind: "command", name, rest: without(tokens, firstAt, secondAt) };
    throw unknownWord(first, second, names);
  }
  if (names.includes(first))
    return { kind: "command", name: first, rest: without(tokens, firstAt) };
  if (isGroup) return { kind: "group", group: first, rest: without(tokens, firstAt) };
  throw unknownCommand(first, names);
};

const without = (tokens: readonly string[], ...indexes: readonly number[]): readonly string[] =>
  tokens.filter((_, at) => !indexes.includes(at));

/** Over global flags and their values; past the end where a `--` or another flag comes first. */
const nextWordAt = (tokens: readonly string[], from: number): number => {
  let at = from;
  for (;;) {
    const token = tokens[at];
    if (token === undefined || token === "--") return tokens.length;
    if (!isFlagLike(token)) return at;
    const name = shortFlags.get(token) ?? token.replace(/^--/u, "").split("=")[0] ?? "";
    if (!isGlobal(name)) return tokens.length;
    at += globalFlags[name].kind === "boolean" || token.includes("=") ? 1 : 2;
  }
};

const isGlobal = (name: string): name is keyof typeof globalFlags =>
  Object.hasOwn(globalFlags, name);

const unknownWord = (first: string, second: string, names: readonly string[]): BadUsage => {
  const words = wordsOf(first, names);
  const close = closestTo(second, words);
  const meant = close === undefined ? "" : ` Did you mean "duro ${first} ${close}"?`;
  return new BadUsage(
    `"duro ${first}" knows no ${quoted(second)}: it takes ${words.join(", ")}.${meant}`,
    `duro help ${first}`,
  );
};

/** The second words of a group. */
export const wordsOf = (group: string, names: readonly string[]): readonly string[] =>
  names.filter((name) => name.startsWith(`${group} `)).map((name) => name.slice(group.length + 1));

const unknownCommand = (typed: string, names: readonly string[]): BadUsage => {
  const firsts = new Set(names.map((name) => name.split(" ")[0] ?? name));
  const close = closestTo(typed, firsts);
  const meant = close === undefined ? "" : ` Did you mean "duro ${close}"?`;
  return new BadUsage(
    `There is no command ${quoted(typed)}.${meant}`,
    close === undefined ? "duro help" : `duro help ${close}`,
  );
};
