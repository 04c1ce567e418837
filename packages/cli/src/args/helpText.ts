/** The texts of `duro help`, made of the same data that is parsed. */
import { type Command, type CommandEntry, commandGroups, type Flag } from "../commands/command.ts";
import { Exit, exitMeanings } from "../exits.ts";
import type { Style } from "../output/output.ts";
import { globalFlags, shortFlags, variableOf, withoutTwin } from "./globalFlags.ts";
import { usageOf } from "./readCommand.ts";

export const overviewText = (commands: readonly CommandEntry[], style: Style): string =>
  [
    "One memory for you and your coding agents, encrypted, on all your machines.",
    "",
    style.bold("Try"),
    ...rows([
      ["duro init --local-only", "start on this machine; a relay can follow later"],
      ["duro remember 'tests need port 5432'", "store a fact"],
      ["duro search port", "find it again"],
      ["duro join --server URL", "on your next machine"],
    ]),
    ...commandGroups.flatMap((group) =>
      section(style, group, entryRows(commands.filter((each) => each.group === group))),
    ),
    "",
    style.bold("Everywhere"),
    ...flagRows(globalFlags),
    "",
    "duro help COMMAND shows examples and flags; duro help exit-codes what the ends mean.",
  ].join("\n");

export const groupText = (group: string, commands: readonly CommandEntry[]): string =>
  [
    `duro ${group} is one of:`,
    ...rows(
      commands
        .filter(({ name }) => name === group || name.startsWith(`${group} `))
        .map(({ name, about }) => [`duro ${name}`, about]),
    ),
    "",
    `duro help ${group} COMMAND shows examples and flags.`,
  ].join("\n");

export const commandText = (command: Command, style: Style): string => {
  const { name, about, arguments: wanted, flags, examples, notes = [] } = command;
  const hasFlags = Object.values(flags).some(({ isHidden }) => isHidden !== true);
  return [
    `${usageOf(name, wanted)}${hasFlags ? " [flags]" : ""}`,
    `  ${about}.`,
    ...section(style, "Examples", examples.length === 0 ? [] : exampleLines(examples, style)),
    ...section(style, "Words", rows(wanted.map((each) => [each.name, wordText(each)]))),
    ...section(style, "Flags", flagRows(flags)),
    ...section(
      style,
      "Notes",
      notes.map((note) => `  ${note}`),
    ),
    ...section(style, "Everywhere", flagRows(globalFlags)),
    "",
    "Each flag has a twin in the environment, as DURO_JSON=1 for --json; the line wins. What ends",
    "with … may be given several times.",
  ].join("\n");
};

export const exitCodesText = (): string =>
  [
    "duro ends with:",
    ...rows(exitRows().map(([exit, meaning]) => [`${exit}`.padStart(3), meaning])),
    "",
    "With --json the last line on stdout is the result or the error, with its code.",
  ].join("\n");

export const exitRows = (): readonly (readonly [Exit, string])[] =>
  Object.values(Exit).map((exit) => [exit, exitMeanings[exit]]);

const entryRows = (entries: readonly CommandEntry[]): readonly string[] =>
  rows(entries.map(({ name, about }) => [name, about]));

const section = (style: Style, title: string, lines: readonly string[]): readonly string[] =>
  lines.length === 0 ? [] : ["", style.bold(title), ...lines];

const exampleLines = (examples: Command["examples"], style: Style): readonly string[] =>
  examples.flatMap(([line, does]) => [`  ${line}`, `      ${style.dim(does)}`]);

const wordText = ({ about, choices }: Command["arguments"][number]): string =>
  choices === undefined ? about : `${about}: ${choices.join(", ")}`;

const flagRows = (flags: Readonly<Record<string, Flag>>): readonly string[] =>
  rows(
    Object.entries(flags)
      .filter(([, { isHidden }]) => isHidden !== true)
      .map(([name, flag]) => [flagUsage(name, flag), flagAbout(name, flag)]),
  );

const flagUsage = (name: string, flag: Flag): string => {
  const short = Array.from(shortFlags).find(([, long]) => long === name);
  const isGlobal = Object.hasOwn(globalFlags, name);
  const written = short !== undefined && isGlobal ? `${short[0]}, --${name}` : `--${name}`;
  if (flag.kind === "boolean") return written;
  const value = flag.choices?.join("|") ?? flag.value ?? (flag.kind === "number" ? "N" : "TEXT");
  return flag.kind === "list" ? `${written} ${value}…` : `${written} ${value}`;
};

const flagAbout = (name: string, { about }: Flag): string =>
  withoutTwin.has(name) ? about : `${about}  (${variableOf(name)})`;

/** Longer left sides get a line of their own. */
const leftWidthMax = 36;

const rows = (pairs: readonly (readonly [string, string])[]): readonly string[] => {
  const lengths = pairs.map(([left]) => left.length).filter((length) => length <= leftWidthMax);
  const width = Math.max(0, ...lengths);
  return pairs.flatMap(([left, right]) =>
    left.length <= width
      ? [`  ${left.padEnd(width)}  ${right}`]
      : [`  ${left}`, `  ${"".padEnd(width)}  ${right}`],
  );
};
