/** What flags and variables say, one question at a time. */
import { BadUsage } from "./badUsage.ts";
import type { DatabasePlace, Output, StorePlace } from "./command.ts";
import { absolutePath, defaultDataFolder, keyFileIn, type Machine } from "./dataFolder.ts";
import { type FlagName, flagOf } from "./flags.ts";
import type { Environment, Given } from "./readFlags.ts";
import * as values from "./values.ts";
import { logLevels } from "../logger.ts";

export interface Settings {
  readonly given: ReadonlyMap<FlagName, Given>;
  readonly env: Environment;
  readonly machine: Machine;
}

export const one = <T, Other>(
  { given }: Settings,
  name: FlagName,
  read: values.ReadValue<T>,
  otherwise: Other,
): T | Other => {
  const found = given.get(name);
  const [text] = found?.texts ?? [];
  if (found === undefined || text === undefined) return otherwise;
  return values.readValue(found.source, flagOf(name).example, text, read);
};

export const list = <T>(
  { given }: Settings,
  name: FlagName,
  read: values.ReadValue<T>,
): readonly T[] => {
  const found = given.get(name);
  return (found?.texts ?? []).map((text) =>
    values.readValue(found?.source ?? "", flagOf(name).example, text, read),
  );
};

export const isOn = ({ given }: Settings, name: FlagName): boolean => given.has(name);

const text: values.ReadValue<string> = (given) => given;

export const path = (settings: Settings, name: FlagName): string | undefined => {
  const given = one(settings, name, text, undefined);
  return given === undefined ? undefined : absolutePath(settings.machine, given);
};

// What commands share

const outputOf = (settings: Settings): Output => ({
  isJson: isOn(settings, "json"),
  isQuiet: isOn(settings, "quiet"),
  logLevel: one(settings, "log-level", values.oneOf(logLevels), "info"),
});

const storeOf = (settings: Settings): StorePlace => {
  const { machine, env } = settings;
  const dataFolder = path(settings, "data") ?? defaultDataFolder(machine, env);
  if (dataFolder === undefined)
    throw new BadUsage(
      "This user has no home folder: say where the data is, as in --data /srv/duro-relay.",
    );
  return {
    dataFolder,
    keyFile: path(settings, "key-file") ?? keyFileIn(machine, dataFolder),
    database: databaseOf(settings),
  };
};

const databaseOf = ({ given, env }: Settings): DatabasePlace => {
  const own = given.get("database-url");
  const [ownUrl] = own?.texts ?? [];
  if (own !== undefined && ownUrl !== undefined) return values.databaseUrl(own.source, ownUrl);
  const usual = env["DATABASE_URL"];
  return usual === undefined ? { kind: "embedded" } : values.databaseUrl("DATABASE_URL", usual);
};

export const shared = (settings: Settings) => ({
  store: storeOf(settings),
  output: outputOf(settings),
});
