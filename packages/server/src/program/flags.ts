/** The flags of the relay, as data: parser, help and environment twins all read this one table. */
import type { CommandName } from "./command.ts";

export interface Flag {
  /** What stands behind it; undefined for a switch. */
  readonly takes: string | undefined;
  /** Given several times, or with commas between. */
  readonly isList: boolean;
  readonly help: string;
  /** A value that would be right; empty for a switch. */
  readonly example: string;
}

const flag = (takes: string, help: string, example: string): Flag => ({
  takes,
  isList: false,
  help,
  example,
});
const listFlag = (takes: string, help: string, example: string): Flag => ({
  ...flag(takes, help, example),
  isList: true,
});
const switchFlag = (help: string): Flag => ({ takes: undefined, isList: false, help, example: "" });

export const flags = {
  host: flag("ADDRESS", "where to listen; 0.0.0.0 for every network (127.0.0.1)", "127.0.0.1"),
  port: flag("PORT", "on which port; 0 picks a free one (8787)", "8787"),
  data: flag("DIR", "where the data is (your own data folder, duro-relay)", "/srv/duro-relay"),
  "database-url": flag(
    "URL",
    "a Postgres of your own; without it the relay runs its own under DIR; also DATABASE_URL",
    "postgres://relay@db.example/duro",
  ),
  "key-file": flag("FILE", "the relay's own key (DIR/relay.key)", "/srv/duro-relay/relay.key"),
  registration: flag(
    "open|invite|closed",
    "who may register; the first user always may (invite)",
    "invite",
  ),
  "public-url": listFlag(
    "URL",
    "what clients dial, where that is not what the relay listens on",
    "https://relay.example",
  ),
  "allow-origin": listFlag("URL", "where else a viewer page may be", "https://view.example"),
  "trust-proxy": listFlag(
    "ADDRESS",
    "proxies in front, which say the client's address",
    "10.1.2.3,10.2.0.0/16",
  ),
  quota: flag("BYTES", "what one user may store, as 10GB or unlimited (unlimited)", "10GB"),
  "quota-devices": flag("COUNT", "devices of one user (256)", "20"),
  "quota-vaults": flag("COUNT", "vaults of one user (256)", "20"),
  "blob-max": flag("BYTES", "the largest blob (8GiB)", "500MB"),
  "metrics-port": flag(
    "PORT",
    "serves /metrics on a port of its own, on this machine only",
    "9464",
  ),
  "metrics-token-file": flag(
    "FILE",
    "serves /metrics beside the rest to whoever sends this token",
    "/run/secrets/metrics",
  ),
  "log-level": flag("debug|info|warn|error", "the least that is logged (info)", "info"),
  "log-addresses": switchFlag("logs the addresses of clients"),
  viewer: flag("DIR", "static files of the web viewer", "/srv/duro-viewer"),
  days: flag("COUNT", "how long the invite is good for (7)", "7"),
  full: switchFlag("reads every byte, not only what stands in the tables"),
  to: flag("FILE", "the backup to write; it must not be there yet", "relay.backup"),
  from: flag("FILE", "the backup to read", "relay.backup"),
  now: switchFlag("at once, without the days to think again"),
  undo: switchFlag("takes a wish to be removed back"),
  yes: switchFlag("does not ask"),
  json: switchFlag("JSON on stdout"),
  quiet: switchFlag("only errors"),
  help: switchFlag("this text"),
  version: switchFlag("the version"),
} as const satisfies Readonly<Record<string, Flag>>;
export type FlagName = keyof typeof flags;

export const flagOf = (name: FlagName): Flag => flags[name];

export const isFlagName = (name: string): name is FlagName => Object.hasOwn(flags, name);

const storeFlags = ["data", "database-url", "key-file"] as const;
const outputFlags = ["log-level", "json", "quiet"] as const;
const everywhere = [...storeFlags, ...outputFlags] as const;

export const flagsByCommand: Readonly<Record<CommandName, readonly FlagName[]>> = {
  serve: [
    "host",
    "port",
    ...storeFlags,
    "registration",
    "public-url",
    "allow-origin",
    "trust-proxy",
    "quota",
    "quota-devices",
    "quota-vaults",
    "blob-max",
    "metrics-port",
    "metrics-token-file",
    "viewer",
    "log-addresses",
    ...outputFlags,
  ],
  "admin invite": ["days", ...everywhere],
  "admin usage": everywhere,
  "admin quota": everywhere,
  "admin remove": ["now", "undo", "yes", ...everywhere],
  check: ["full", ...everywhere],
  backup: ["to", ...everywhere],
  restore: ["from", "yes", ...everywhere],
};

/** These say what to do, so the environment does not. */
const withoutTwin: ReadonlySet<FlagName> = new Set(["help", "version"]);

const variablePrefix = "DURO_RELAY_";

const variableOf = (name: FlagName): string =>
  `${variablePrefix}${name.toUpperCase().replaceAll("-", "_")}`;

export const isOurVariable = (variable: string): boolean => variable.startsWith(variablePrefix);

export const flagByVariable: ReadonlyMap<string, FlagName> = new Map(
  Object.keys(flags)
    .filter(isFlagName)
    .filter((name) => !withoutTwin.has(name))
    .map((name) => [variableOf(name), name]),
);
