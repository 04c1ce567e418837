/** The words and flags of one command, read and counted. */
import type { Argument, Command, FlagValues } from "../commands/command.ts";
import { BadUsage, quoted } from "./badUsage.ts";
import { globalFlags } from "./globalFlags.ts";
import { type Environment, type Flags, readLine, withTwins } from "./readFlags.ts";

export interface Globals {
  readonly isJson: boolean;
  readonly isQuiet: boolean;
  readonly isInputOff: boolean;
  readonly isAgreed: boolean;
  readonly home: string | undefined;
}

export interface ReadCommand {
  readonly args: readonly string[];
  /** Of the command itself. */
  readonly flags: FlagValues;
  readonly globals: Globals;
  readonly wantsHelp: boolean;
  readonly wantsVersion: boolean;
}

export const readCommand = (
  command: Pick<Command, "name" | "arguments" | "flags">,
  tokens: readonly string[],
  env: Environment,
): ReadCommand => {
  const helpLine = `duro help ${command.name}`;
  const flags: Flags = { ...command.flags, ...globalFlags };
  const line = readLine(tokens, flags, helpLine);
  const wantsHelp = line.values.get("help") === true;
  const wantsVersion = line.values.get("version") === true;
  // Who only asks about it is not told first what else is wrong.
  const isQuestion = wantsHelp || wantsVersion;
  if (!isQuestion) checkWords(command, line.words);
  const values = isQuestion ? line.values : withTwins(line.values, flags, env);
  const own = Array.from(values).filter(([name]) => Object.hasOwn(command.flags, name));
  const globals = globalsOf(values);
  return { args: line.words, flags: Object.fromEntries(own), globals, wantsHelp, wantsVersion };
};

/** Of a line that names no command. */
export const readGlobals = (tokens: readonly string[], env: Environment) => {
  const line = readLine(tokens, globalFlags, "duro help");
  return {
    globals: globalsOf(withTwins(line.values, globalFlags, env)),
    wantsHelp: line.values.get("help") === true,
    wantsVersion: line.values.get("version") === true,
  };
};

const globalsOf = (values: ReadonlyMap<string, unknown>): Globals => {
  const home = values.get("home");
  // Of a variable that was never set, in somebody's script: not a wish for the usual place.
  if (home === "") throw new BadUsage("--home is empty.", "name a folder, as in --home ~/my-duro");
  return {
    isJson: values.get("json") === true,
    isQuiet: values.get("quiet") === true,
    isInputOff: values.get("no-input") === true,
    isAgreed: values.get("yes") === true,
    home: typeof home === "string" ? home : undefined,
  };
};

const checkWords = (
  { name, arguments: wanted }: Pick<Command, "name" | "arguments">,
  words: readonly string[],
): void => {
  const next = `duro help ${name}`;
  for (const [at, argument] of wanted.entries()) {
    const word = words[at];
    if (word === undefined && argument.isOptional !== true)
      throw new BadUsage(
        `"duro ${name}" needs ${argument.name} behind it: ${argument.about}.`,
        `${usageOf(name, wanted)}, as "${next}" shows`,
      );
    if (word !== undefined && argument.choices?.includes(word) === false)
      throw new BadUsage(
        `${argument.name} is ${quoted(word)}: it is one of ${argument.choices.join(", ")}.`,
        next,
      );
  }
  const extra = wanted.at(-1)?.isMany === true ? undefined : words[wanted.length];
  if (extra === undefined) return;
  throw new BadUsage(
    `"duro ${name}" takes no ${quoted(extra)} there.`,
    `${usageOf(name, wanted)}; quote a text of several words`,
  );
};

export const usageOf = (name: string, wanted: readonly Argument[]): string =>
  ["duro", name, ...wanted.map(argumentText)].join(" ");

const argumentText = ({ name, isOptional, isMany }: Argument): string => {
  const text = isMany === true ? `${name}…` : name;
  return isOptional === true ? `[${text}]` : text;
};
