/**
 * Reads the command line and the environment: pure, so main.ts alone knows the process. A flag wins
 * over its twin in the environment, and DURO_RELAY_DATABASE_URL over DATABASE_URL.
 */
import { err, ok, type Result } from "@duro/crypto/types";
import { BadUsage, closestTo, quoted } from "./program/badUsage.ts";
import {
  type CommandName,
  commandNames,
  type ParsedConfig,
  type UsageError,
} from "./program/command.ts";
import { readerByCommand } from "./program/commandReaders.ts";
import type { Machine } from "./program/dataFolder.ts";
import { flagsByCommand } from "./program/flags.ts";
import {
  type Environment,
  isSwitchedOn,
  readArguments,
  type ReadFlags,
  readVariables,
  unknownVariables,
} from "./program/readFlags.ts";
import type { Settings } from "./program/settings.ts";
import { holdsPassword } from "./program/values.ts";

export interface ConfigInput extends Machine {
  readonly argv: readonly string[];
  readonly env: Environment;
}

export const parseConfig = (input: ConfigInput): Result<ParsedConfig, UsageError> => {
  try {
    return ok(readCommand(input));
  } catch (cause) {
    if (!(cause instanceof BadUsage)) throw cause;
    // Nothing is known yet but what was typed; an error that a script cannot read helps nobody.
    const isJson =
      input.argv.includes("--json") || isSwitchedOn(input.env["DURO_RELAY_JSON"] ?? "");
    return err({ type: "UsageError", message: cause.message, next: "duro-relay --help", isJson });
  }
};

const readCommand = ({ argv, env, ...machine }: ConfigInput): ParsedConfig => {
  const fromArguments = readArguments(argv);
  const { name, operands } = commandOf(fromArguments.words);
  if (fromArguments.given.has("help")) return { command: { kind: "help", of: name }, warnings: [] };
  if (fromArguments.given.has("version")) {
    const isJson = fromArguments.given.has("json");
    return { command: { kind: "version", isJson }, warnings: [] };
  }
  const command = name ?? "serve";
  refuseForeignFlags(command, fromArguments);
  const wanted = flagsByCommand[command];
  const given = new Map([...readVariables(env, wanted), ...fromArguments.given]);
  const settings: Settings = { given, env, machine };
  return {
    command: readerByCommand[command](settings, operands),
    warnings: [...unknownVariables(env), ...passwordWarnings(given)],
  };
};

interface Named {
  /** Undefined where no command was named: the relay itself. */
  readonly name: CommandName | undefined;
  readonly operands: readonly string[];
}

const commandOf = (words: readonly string[]): Named => {
  if (words.length === 0) return { name: undefined, operands: [] };
  for (const wordCount of [2, 1]) {
    const typed = words.slice(0, wordCount).join(" ");
    const name = commandNames.find((known) => known === typed);
    if (name !== undefined) return { name, operands: words.slice(wordCount) };
  }
  if (words.length === 1 && words[0] === "admin")
    throw new BadUsage('"duro-relay admin" needs invite, usage, quota or remove behind it.');
  const typed = words.slice(0, words[0] === "admin" ? 2 : 1).join(" ");
  const meant = closestTo(typed, commandNames);
  const hint = meant === undefined ? "" : `; did you mean "duro-relay ${meant}"?`;
  throw new BadUsage(`There is no command ${quoted(typed)}${hint || "."}`);
};

const refuseForeignFlags = (command: CommandName, { given }: ReadFlags): void => {
  for (const name of given.keys())
    if (!flagsByCommand[command].includes(name))
      throw new BadUsage(`--${name} does not belong to "duro-relay ${command}".`);
};

const passwordWarnings = (given: Settings["given"]): readonly string[] => {
  const url = given.get("database-url");
  return url?.isFromArguments === true && url.texts.some(holdsPassword)
    ? [
        "every user of this machine can read the password in --database-url: put the URL into DATABASE_URL",
      ]
    : [];
};
