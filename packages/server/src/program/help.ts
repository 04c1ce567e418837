/** The text of --help, made from the same tables that are parsed. */
import { Exit, exitMeanings } from "../exits.ts";
import type { CommandName } from "./command.ts";
import { flagOf, type FlagName, flagsByCommand } from "./flags.ts";

interface CommandHelp {
  readonly usage: string;
  readonly does: string;
}

const commandHelp: Readonly<Record<CommandName, CommandHelp>> = {
  serve: {
    usage: "duro-relay [flags]",
    does: "Runs the relay in the foreground until it is told to stop.",
  },
  "admin invite": {
    usage: "duro-relay admin invite [flags]",
    does: "Prints an invite, with which one new user may register.",
  },
  "admin usage": {
    usage: "duro-relay admin usage [flags]",
    does: "Lists users: what they store, their quota, when they were last seen.",
  },
  "admin quota": {
    usage: "duro-relay admin quota USER BYTES|default|unlimited [flags]",
    does: "Sets what one user may store.",
  },
  "admin remove": {
    usage: "duro-relay admin remove USER [flags]",
    does: "Removes a user and what they store, a week from now unless told otherwise.",
  },
  check: {
    usage: "duro-relay check [flags]",
    does: "Looks whether what is stored still fits together.",
  },
  backup: {
    usage: "duro-relay backup --to FILE [flags]",
    does: "Writes everything the relay holds into one file; it may go on running.",
  },
  restore: {
    usage: "duro-relay restore --from FILE [flags]",
    does: "Puts a backup into a new data folder or an empty database.",
  },
};

export const helpText = (of: CommandName | undefined): string =>
  [...(of === undefined ? programLines() : commandLines(of)), ...environmentLines, ...exitLines()]
    .join("\n")
    .concat("\n");

const programLines = (): readonly string[] => [
  "The relay of Duro: stores and forwards what it cannot read.",
  "",
  "Usage: duro-relay [flags]             runs the relay",
  "       duro-relay COMMAND [flags]",
  "",
  "Commands:",
  ...table(
    Object.entries(commandHelp)
      .filter(([name]) => name !== "serve")
      .map(([name, { does }]) => [name, does]),
  ),
  "",
  ...flagLines("serve"),
];

const commandLines = (name: CommandName): readonly string[] => [
  commandHelp[name].does,
  "",
  `Usage: ${commandHelp[name].usage}`,
  "",
  ...flagLines(name),
];

const flagLines = (name: CommandName): readonly string[] => [
  "Flags, with what holds without them in brackets:",
  ...table([...flagsByCommand[name], "help" as const, "version" as const].map(flagRow)),
  "",
];

const flagRow = (name: FlagName): readonly [string, string] => {
  const { takes, isList, help } = flagOf(name);
  const value = takes === undefined ? "" : ` ${takes}${isList ? "[,…]" : ""}`;
  return [`--${name}${value}`, help];
};

const environmentLines: readonly string[] = [
  "Every flag has a twin in the environment: DURO_RELAY_ and the flag in capitals, as",
  "DURO_RELAY_PUBLIC_URL for --public-url. A flag wins over its twin.",
  "",
];

const exitLines = (): readonly string[] => [
  "Ends with:",
  ...table(Object.values(Exit).map((exit) => [`${exit}`.padStart(3), exitMeanings[exit]])),
];

/** Longer left sides get a line of their own. */
const leftWidthMax = 34;

const table = (rows: readonly (readonly [string, string])[]): readonly string[] => {
  const lengths = rows.map(([left]) => left.length).filter((length) => length <= leftWidthMax);
  const width = Math.max(...lengths);
  return rows.flatMap(([left, right]) =>
    left.length <= width
      ? [`  ${left.padEnd(width)}  ${right}`]
      : [`  ${left}`, `  ${"".padEnd(width)}  ${right}`],
  );
};
