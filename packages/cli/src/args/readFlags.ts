/** Words and flags of one line, against the flags that may stand there. */
import type { Flag } from "../commands/command.ts";
import { BadUsage, closestTo, quoted } from "./badUsage.ts";
import { readNumber, readOn, readText } from "./flagValues.ts";
import { shortFlags, variableOf, withoutTwin } from "./globalFlags.ts";

export type Flags = Readonly<Record<string, Flag>>;
type Value = string | number | boolean | readonly string[];

export interface Line {
  readonly words: readonly string[];
  readonly values: ReadonlyMap<string, Value>;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** A dash and a blank, or a dash alone, starts no flag: a line of a list, and stdin. */
export const isFlagLike = (token: string): boolean => /^-[^\s]/u.test(token);

export const readLine = (tokens: readonly string[], flags: Flags, helpLine: string): Line => {
  const words: string[] = [];
  const values = new Map<string, Value>();
  for (let at = 0; at < tokens.length; at += 1) {
    const token = tokens[at] ?? "";
    if (token === "--") {
      words.push(...tokens.slice(at + 1));
      break;
    }
    if (!isFlagLike(token)) {
      words.push(token);
      continue;
    }
    const { name, flag, written, inline } = flagAt(token, flags, helpLine);
    if (flag.kind === "boolean") {
      values.set(name, inline === undefined || readOn({ flag, written }, inline));
      continue;
    }
    const text = inline ?? valueBehind(tokens[at + 1], flag, written);
    if (inline === undefined) at += 1;
    put(values, name, { flag, written }, text);
  }
  refuseOpposites(values, flags);
  return { words, values };
};

const flagAt = (token: string, flags: Flags, helpLine: string) => {
  const equals = token.indexOf("=");
  const written = equals === -1 ? token : token.slice(0, equals);
  const inline = equals === -1 ? undefined : token.slice(equals + 1);
  const name = shortFlags.get(written) ?? (written.startsWith("--") ? written.slice(2) : undefined);
  const flag = name !== undefined && Object.hasOwn(flags, name) ? flags[name] : undefined;
  if (name !== undefined && flag !== undefined) return { name, flag, written, inline };
  throw unknownFlag(written, flags, helpLine);
};

const unknownFlag = (written: string, flags: Flags, helpLine: string): BadUsage => {
  const shown = Object.entries(flags).filter(([, { isHidden }]) => isHidden !== true);
  const close = closestTo(
    written.replace(/^-+/u, ""),
    shown.map(([name]) => name),
  );
  const meant = close === undefined ? "" : ` Did you mean --${close}?`;
  return new BadUsage(
    `There is no flag ${quoted(written)} here.${meant}`,
    `${helpLine}, which lists the flags; words that begin with a dash stand behind --`,
  );
};

/** A flag in place of a value is a value that was forgotten. */
const valueBehind = (token: string | undefined, flag: Flag, written: string): string => {
  const isForgotten = token === undefined || token.startsWith("--") || shortFlags.has(token);
  if (!isForgotten) return token;
  const value = flag.value ?? flag.choices?.join("|") ?? "VALUE";
  throw new BadUsage(
    `${written} needs a value behind it.`,
    `write ${written} ${value}, or ${written}=${value} where it begins with dashes`,
  );
};

const put = (
  values: Map<string, Value>,
  name: string,
  source: { readonly flag: Flag; readonly written: string },
  text: string,
): void => {
  if (source.flag.kind === "number") values.set(name, readNumber(source, text));
  else if (source.flag.kind === "text") values.set(name, readText(source, text));
  else {
    const before = values.get(name);
    values.set(name, [...(Array.isArray(before) ? before : []), readText(source, text)]);
  }
};

const refuseOpposites = (values: ReadonlyMap<string, Value>, flags: Flags): void => {
  for (const [name, value] of values) {
    const opposite = value !== false && oppositesOf(name, flags).find((other) => values.get(other));
    if (typeof opposite !== "string") continue;
    throw new BadUsage(
      `--${name} and --${opposite} say the opposite of each other.`,
      "leave one of them out",
    );
  }
};

/** Whichever of the two says so. */
const oppositesOf = (name: string, flags: Flags): readonly string[] =>
  Object.entries(flags)
    .filter(([other, flag]) => flag.opposite === name || flags[name]?.opposite === other)
    .map(([other]) => other);

/** What the environment says where the line says nothing. */
export const withTwins = (
  given: ReadonlyMap<string, Value>,
  flags: Flags,
  env: Environment,
): ReadonlyMap<string, Value> => {
  const values = new Map(given);
  for (const [name, flag] of Object.entries(flags)) {
    const written = variableOf(name);
    const text = env[written];
    if (values.has(name) || withoutTwin.has(name) || flag.isHidden === true) continue;
    // An empty variable is one that was not set: not every system can tell.
    if (text === undefined || text === "") continue;
    // Whoever says the opposite on the line means it.
    if (oppositesOf(name, flags).some((other) => given.has(other))) continue;
    if (flag.kind === "boolean") values.set(name, readOn({ flag, written }, text));
    else if (flag.kind !== "list") put(values, name, { flag, written }, text);
    else for (const part of partsOf(flag, text)) put(values, name, { flag, written }, part);
  }
  refuseOpposites(values, flags);
  return values;
};

const partsOf = (flag: Flag, text: string): readonly string[] =>
  text
    .split(flag.hasCommas === true ? /[\n,]/u : "\n")
    .map((part) => part.trim())
    .filter((part) => part !== "");
