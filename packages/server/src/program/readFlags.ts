/** Flags and their environment twins, read into one map. Knows which flags there are; judges no value. */
import { parseArgs } from "node:util";
import { BadUsage, closestTo, quoted } from "./badUsage.ts";
import {
  flagByVariable,
  flagOf,
  type FlagName,
  flags,
  isFlagName,
  isOurVariable,
} from "./flags.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

export interface Given {
  /** The flag or the variable, as a person knows it. */
  readonly source: string;
  /** One, or several where the flag is a list; none for a switch that was set. */
  readonly texts: readonly string[];
  readonly isFromArguments: boolean;
}

export interface ReadFlags {
  readonly words: readonly string[];
  readonly given: ReadonlyMap<FlagName, Given>;
}

export const readArguments = (argv: readonly string[]): ReadFlags => {
  const given = new Map<FlagName, Given>();
  const words: string[] = [];
  for (const token of tokensOf(argv)) {
    if (token.kind === "positional") words.push(token.value);
    if (token.kind !== "option") continue;
    const name = flagNamed(token.rawName);
    const before = given.get(name)?.texts ?? [];
    const texts = textsOf(name, token);
    if (given.has(name) && !flagOf(name).isList && flagOf(name).takes !== undefined)
      throw new BadUsage(`--${name} is given twice: say it once.`);
    given.set(name, { source: `--${name}`, texts: [...before, ...texts], isFromArguments: true });
  }
  return { words, given };
};

const shortNames: Readonly<Record<string, FlagName>> = { "-h": "help", "-V": "version" };

/** Not strict: what is wrong is said in our own words. */
const tokensOf = (argv: readonly string[]) =>
  parseArgs({
    args: [...argv],
    strict: false,
    allowPositionals: true,
    tokens: true,
    options: Object.fromEntries(
      Object.entries(flags).map(([name, { takes }]) => [
        name,
        { type: takes === undefined ? ("boolean" as const) : ("string" as const) },
      ]),
    ),
  }).tokens;

const flagNamed = (rawName: string): FlagName => {
  const short = shortNames[rawName];
  if (short !== undefined) return short;
  const name = rawName.replace(/^--/u, "");
  if (isFlagName(name) && rawName.startsWith("--")) return name;
  const meant = closestTo(name, Object.keys(flags));
  throw new BadUsage(
    `There is no flag ${quoted(rawName)}${meant === undefined ? "." : `; did you mean --${meant}?`}`,
  );
};

interface OptionToken {
  readonly value?: string | undefined;
  readonly inlineValue?: boolean | undefined;
}

const textsOf = (name: FlagName, { value, inlineValue }: OptionToken): readonly string[] => {
  const { takes, isList, example } = flagOf(name);
  if (takes === undefined) {
    if (value !== undefined) throw new BadUsage(`--${name} takes no value.`);
    return [];
  }
  // A value may begin with a dash only where it cannot be taken for the next flag.
  const isMissing =
    value === undefined || value === "" || (inlineValue !== true && value.startsWith("-"));
  if (isMissing)
    throw new BadUsage(`--${name} needs a value behind it, as in --${name} ${example}.`);
  return isList ? listOf(value) : [value];
};

const listOf = (text: string): readonly string[] => text.split(",").map((part) => part.trim());

/** Those twins that are set and belong to `wanted`; other commands' are left alone. */
export const readVariables = (
  env: Environment,
  wanted: readonly FlagName[],
): ReadonlyMap<FlagName, Given> => {
  const given = new Map<FlagName, Given>();
  for (const [variable, text] of variablesOf(env)) {
    if (text === "")
      throw new BadUsage(`${variable} is set and empty: give it a value, or unset it.`);
    const name = flagByVariable.get(variable);
    if (name === undefined || !wanted.includes(name)) continue;
    const texts = variableTexts(name, variable, text);
    if (texts !== undefined) given.set(name, { source: variable, texts, isFromArguments: false });
  }
  return given;
};

const variablesOf = (env: Environment): readonly (readonly [string, string])[] =>
  Object.entries(env).flatMap(([name, text]) =>
    (isOurVariable(name) || name === "DATABASE_URL") && text !== undefined
      ? [[name, text] as const]
      : [],
  );

const switchedOn = new Set(["1", "true", "yes", "on"]);
const switchedOff = new Set(["0", "false", "no", "off"]);

export const isSwitchedOn = (text: string): boolean => switchedOn.has(text);

/** Undefined for a switch that is off. */
const variableTexts = (
  name: FlagName,
  variable: string,
  text: string,
): readonly string[] | undefined => {
  const { takes, isList } = flagOf(name);
  if (takes !== undefined) return isList ? listOf(text) : [text];
  if (switchedOff.has(text)) return undefined;
  if (isSwitchedOn(text)) return [];
  throw new BadUsage(`${variable} is ${quoted(text)}: it takes 1 or 0, as in ${variable}=1.`);
};

/** A typing error must show, and must not stop anything. */
export const unknownVariables = (env: Environment): readonly string[] =>
  Object.keys(env)
    .filter((variable) => isOurVariable(variable) && !flagByVariable.has(variable))
    .map((variable) => {
      const meant = closestTo(variable, flagByVariable.keys());
      const hint = meant === undefined ? "" : `; did you mean ${meant}?`;
      return `${quoted(variable).slice(1, -1)} is set, but the relay has no such variable${hint}`;
    });
