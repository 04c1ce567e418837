import { describe, expect, test } from "vitest";
import { parseConfig } from "./config.ts";
import type { Command, ServeConfig } from "./program/command.ts";
import { flagByVariable, flagOf, flags, flagsByCommand, isFlagName } from "./program/flags.ts";
import type { Environment } from "./program/readFlags.ts";

const machine = { platform: "linux", homeFolder: "/home/ada", workingFolder: "/place" } as const;

const parse = (argv: readonly string[], env: Environment = {}, changed: object = {}) =>
  parseConfig({ argv, env, ...machine, ...changed });

const commandOf = (argv: readonly string[], env: Environment = {}, changed = {}): Command => {
  const parsed = parse(argv, env, changed);
  if (!parsed.ok) throw new Error(parsed.error.message);
  return parsed.value.command;
};
const serveOf = (argv: readonly string[], env: Environment = {}, changed = {}): ServeConfig => {
  const command = commandOf(argv, env, changed);
  if (command.kind !== "serve") throw new Error(command.kind);
  return command;
};
const errorOf = (argv: readonly string[], env: Environment = {}): string => {
  const parsed = parse(argv, env);
  if (parsed.ok) throw new Error("it was let through");
  return parsed.error.message;
};

test("without anything said the relay serves this machine, its data in the user's own folder", () => {
  expect(serveOf([])).toEqual({
    kind: "serve",
    store: {
      dataFolder: "/home/ada/.local/share/duro-relay",
      keyFile: "/home/ada/.local/share/duro-relay/relay.key",
      database: { kind: "embedded" },
    },
    output: { isJson: false, isQuiet: false, logLevel: "info" },
    host: "127.0.0.1",
    port: 8787,
    registration: "invite",
    publicUrls: [],
    allowedOrigins: [],
    trustedProxies: [],
    quotas: {
      byteLength: undefined,
      deviceCountMax: undefined,
      vaultCountMax: undefined,
      blobByteLengthMax: undefined,
    },
    metricsPort: undefined,
    metricsTokenFile: undefined,
    logsAddresses: false,
    viewerFolder: undefined,
  });
});

test("flags say everything", () => {
  const config = serveOf(
    "--host 0.0.0.0 --port 0 --data /srv/relay --registration open --public-url https://a.test,https://b.test:444/ --public-url http://c.test --allow-origin https://view.test --trust-proxy 10.1.2.3,fd00::/8 --quota 10GB --quota-devices 20 --quota-vaults 5 --blob-max 500MiB --metrics-port 9464 --metrics-token-file token --log-level debug --log-addresses --viewer dist --key-file keys/relay.key --json --quiet".split(
      " ",
    ),
  );
  expect(config).toMatchObject({
    host: "0.0.0.0",
    port: 0,
    store: { dataFolder: "/srv/relay", keyFile: "/place/keys/relay.key" },
    registration: "open",
    publicUrls: ["https://a.test", "https://b.test:444", "http://c.test"],
    allowedOrigins: ["https://view.test"],
    trustedProxies: ["10.1.2.3", "fd00::/8"],
    quotas: {
      byteLength: 10_000_000_000,
      deviceCountMax: 20,
      vaultCountMax: 5,
      blobByteLengthMax: 524_288_000,
    },
    metricsPort: 9464,
    metricsTokenFile: "/place/token",
    viewerFolder: "/place/dist",
    logsAddresses: true,
    output: { isJson: true, isQuiet: true, logLevel: "debug" },
  });
});

describe("the environment", () => {
  test("has a twin of every flag but help and version", () => {
    const twins = new Set(flagByVariable.values());
    const missing = Object.keys(flags).filter((name) => isFlagName(name) && !twins.has(name));
    expect(missing).toEqual(["help", "version"]);
    expect(flagByVariable.get("DURO_RELAY_PUBLIC_URL")).toBe("public-url");
  });

  test("says the same as the flags would", () => {
    const env = {
      DURO_RELAY_PORT: "1234",
      DURO_RELAY_PUBLIC_URL: "https://a.test, https://b.test",
      DURO_RELAY_JSON: "1",
      DURO_RELAY_QUIET: "false",
      DURO_RELAY_DATA: "there",
    };
    expect(serveOf([], env)).toEqual(
      serveOf(
        "--port 1234 --public-url https://a.test --public-url https://b.test --json --data there".split(
          " ",
        ),
      ),
    );
  });

  test("gives way to a flag", () => {
    const env = { DURO_RELAY_PORT: "1", DURO_RELAY_PUBLIC_URL: "https://env.test" };
    const config = serveOf(["--port=2", "--public-url", "https://flag.test"], env);
    expect(config).toMatchObject({ port: 2, publicUrls: ["https://flag.test"] });
  });

  test("of another command is left alone", () => {
    expect(commandOf(["admin", "usage"], { DURO_RELAY_PORT: "no port" }).kind).toBe("adminUsage");
  });

  test.each([
    ["DATABASE_URL"],
    ["DURO_RELAY_DATABASE_URL"],
    ["DURO_RELAY_PORT"],
    ["DURO_RELAY_DATA"],
    ["DURO_RELAY_QUIET"],
  ])("%s set and empty is refused by name", (variable) => {
    expect(errorOf([], { [variable]: "" })).toMatch(
      new RegExp(`^${variable} is set and empty`, "u"),
    );
  });

  test("a variable that does not exist is named and stops nothing", () => {
    const parsed = parse([], { DURO_RELAY_PROT: "1", DURO_HOME: "/x", RELAY_PORT: "2" });
    expect(parsed.ok && parsed.value.warnings).toEqual([
      "DURO_RELAY_PROT is set, but the relay has no such variable; did you mean DURO_RELAY_PORT?",
    ]);
  });
});

describe("the data folder without --data", () => {
  test.each([
    ["linux", { XDG_DATA_HOME: "/xdg" }, "/xdg/duro-relay"],
    ["linux", { XDG_DATA_HOME: "relative" }, "/home/ada/.local/share/duro-relay"],
    ["linux", { XDG_DATA_HOME: "" }, "/home/ada/.local/share/duro-relay"],
    ["darwin", { XDG_DATA_HOME: "/xdg" }, "/home/ada/Library/Application Support/duro-relay"],
    ["freebsd", {}, "/home/ada/.local/share/duro-relay"],
  ])("on %s with %j is %s", (platform, env, folder) => {
    expect(serveOf([], env, { platform }).store.dataFolder).toBe(folder);
  });

  test("on Windows is the local one", () => {
    const windows = { platform: "win32", homeFolder: "C:\\Users\\ada", workingFolder: "D:\\work" };
    const env = { LOCALAPPDATA: "C:\\Users\\ada\\AppData\\Local" };
    expect(serveOf([], env, windows).store).toMatchObject({
      dataFolder: "C:\\Users\\ada\\AppData\\Local\\duro-relay",
      keyFile: "C:\\Users\\ada\\AppData\\Local\\duro-relay\\relay.key",
    });
    expect(serveOf(["--data", "here"], env, windows).store.dataFolder).toBe("D:\\work\\here");
  });

  test("of a user without a home must be said", () => {
    const parsed = parse([], {}, { homeFolder: undefined });
    expect(parsed.ok || parsed.error.message).toContain("--data /srv/duro-relay");
  });
});

describe("the database", () => {
  const urlOf = (argv: readonly string[], env: Environment): string | undefined => {
    const { database } = serveOf(argv, env).store;
    return database.kind === "url" ? database.reveal() : undefined;
  };
  const usual = { DATABASE_URL: "postgres://usual/x" };
  const both = { ...usual, DURO_RELAY_DATABASE_URL: "postgresql://ours/x" };

  test("is named by the flag, then by our variable, then by the usual one", () => {
    expect(urlOf([], usual)).toBe("postgres://usual/x");
    expect(urlOf([], both)).toBe("postgresql://ours/x");
    expect(urlOf(["--database-url", "postgres://flag/x"], both)).toBe("postgres://flag/x");
  });

  const secret = "CANARY-pw";

  test.each([
    [`postgres://ada:${secret}@db.test:5432/duro?sslmode=require`, "postgres://db.test:5432/duro"],
    [`postgres://ada:${secret}@h1:1,h2:2/duro`, "postgres://h1:1,h2:2/duro"],
    [`postgres:///duro?host=/run/pg&password=${secret}`, "postgres:///duro"],
    [`postgres://ada:a@${secret}@db.test/duro`, "postgres://db.test/duro"],
  ])("%s is shown without user and password, and does not print", (url, shown) => {
    const config = serveOf([], { DATABASE_URL: url });
    expect(config.store.database).toMatchObject({ kind: "url", shown });
    expect(JSON.stringify(config)).not.toContain(secret);
  });

  test.each([
    [`mysql://ada:${secret}@db.test/x`],
    [`ada:${secret}@db.test`],
    [`postgres:${secret}`],
    ["postgres://"],
    [`https://${secret}`],
  ])("%s is refused without being repeated", (url) => {
    expect(errorOf([], { DATABASE_URL: url })).toBe(
      "DATABASE_URL is no URL of a Postgres database, as in postgres://relay@db.example/duro.",
    );
    expect(errorOf(["--database-url", url])).not.toContain(secret);
  });

  test("a password on the command line is warned of, and one in the environment is not", () => {
    const url = `postgres://ada:${secret}@db.test/x`;
    const warningsOf = (argv: readonly string[], env: Environment): readonly string[] => {
      const parsed = parse(argv, env);
      return parsed.ok ? parsed.value.warnings : [];
    };
    expect(warningsOf(["--database-url", url], {})).toEqual([
      expect.stringContaining("every user of this machine can read the password"),
    ]);
    expect(warningsOf([], { DATABASE_URL: url })).toEqual([]);
    expect(warningsOf(["--database-url", "postgres://ada@db.test/x"], {})).toEqual([]);
  });
});

describe("what is wrong is named, with an example that would be right", () => {
  test.each([
    [
      "--port 65536",
      '--port is "65536": it takes a whole number from 0 to 65535, as in --port 8787.',
    ],
    ["--port", "--port needs a value behind it, as in --port 8787."],
    ["--port --json", "--port needs a value behind it, as in --port 8787."],
    ["--port=", "--port needs a value behind it, as in --port 8787."],
    ["--port 1 --port 2", "--port is given twice: say it once."],
    ["--port 0x10", '--port is "0x10"'],
    ["--port 1e3", '--port is "1e3"'],
    ["--prot 1", 'There is no flag "--prot"; did you mean --port?'],
    ["-p 1", 'There is no flag "-p"'],
    ["--json=yes", "--json takes no value."],
    ["--registration maybe", '--registration is "maybe": it takes one of open, invite, closed'],
    ["--trust-proxy true", '--trust-proxy is "true"'],
    ["--trust-proxy 10.0.0.0/33", '--trust-proxy is "10.0.0.0/33"'],
    ["--trust-proxy proxy.test", '--trust-proxy is "proxy.test"'],
    [
      "--public-url relay.test",
      '--public-url is "relay.test": it takes an http or https URL, as in --public-url https://relay.example.',
    ],
    ["--public-url https://relay.test/duro", "without path"],
    ["--public-url https://ada:pw@relay.test", "without path, query or user"],
    ["--allow-origin *", "--allow-origin is"],
    ["--allow-origin https://*.test", "--allow-origin is"],
    ["--quota 0", "--quota is"],
    [
      "--quota 10XB",
      '--quota is "10XB": it takes a number of bytes, or "unlimited", as in --quota 10GB.',
    ],
    ["--quota-devices 257", "--quota-devices is"],
    ["--host a/b", "--host is"],
    ["--log-level loud", '--log-level is "loud": it takes one of debug, info, warn, error'],
    ["serve more", '"duro-relay serve" takes no "more".'],
    ["server", 'There is no command "server"; did you mean "duro-relay serve"?'],
    ["admin", '"duro-relay admin" needs invite, usage, quota or remove behind it.'],
    ["admin invit", 'did you mean "duro-relay admin invite"?'],
    ["admin usage --port 1", '--port does not belong to "duro-relay admin usage".'],
    ["admin quota", "needs a user id"],
    ["admin quota 00 1GB", '"00" is no user id'],
    ["admin remove 00000000000000000000000000000000 --now --undo", "the opposite"],
    ["backup", "--to relay.backup"],
    ["restore", "--from relay.backup"],
  ])("%s", (typed, message) => {
    expect(errorOf(typed.split(" "))).toContain(message);
  });

  test("a variable is named as a variable", () => {
    expect(errorOf([], { DURO_RELAY_PORT: "many" })).toBe(
      'DURO_RELAY_PORT is "many": it takes a whole number from 0 to 65535, as in DURO_RELAY_PORT=8787.',
    );
    expect(errorOf([], { DURO_RELAY_JSON: "maybe" })).toContain("it takes 1 or 0");
  });

  test("what steers a terminal is not repeated", () => {
    expect(errorOf(["--port", "\u001B[2J"])).not.toContain("\u001B");
    expect(errorOf(["\u001B[2J"])).not.toContain("\u001B");
  });

  test("a script is told so in JSON, however it asked", () => {
    const isJson = (argv: readonly string[], env: Environment): unknown => {
      const parsed = parse(argv, env);
      return parsed.ok ? undefined : parsed.error.isJson;
    };
    expect(isJson(["--nothing", "--json"], {})).toBe(true);
    expect(isJson(["--nothing"], { DURO_RELAY_JSON: "1" })).toBe(true);
    expect(isJson(["--nothing"], {})).toBe(false);
  });

  test("every example in the help is right", () => {
    const wrong = flagsByCommand.serve.filter((name) => {
      const { takes, example } = flagOf(name);
      return takes !== undefined && !parse([`--${name}`, example]).ok;
    });
    expect(wrong).toEqual([]);
  });
});

describe("the other commands", () => {
  const user = "0123456789abcdef0123456789abcdef";

  test.each([
    ["admin invite --json", { kind: "adminInvite", lifetimeDayCount: 7, output: { isJson: true } }],
    ["admin invite --days 30", { kind: "adminInvite", lifetimeDayCount: 30 }],
    ["admin usage --data /srv/x", { kind: "adminUsage", store: { dataFolder: "/srv/x" } }],
    [`admin quota ${user} 5GB`, { kind: "adminQuota", user, quota: 5e9 }],
    [`admin quota ${user} default`, { kind: "adminQuota", quota: "default" }],
    [`admin quota ${user} unlimited`, { kind: "adminQuota", quota: "unlimited" }],
    [`admin remove ${user}`, { kind: "adminRemove", how: "later", isConfirmed: false }],
    [`admin remove ${user} --now --yes`, { kind: "adminRemove", how: "now", isConfirmed: true }],
    [`admin remove ${user} --undo`, { kind: "adminRemove", how: "undo" }],
    ["check --full", { kind: "check", isFull: true }],
    ["backup --to out.backup", { kind: "backup", toFile: "/place/out.backup" }],
    [
      "restore --from in.backup --yes",
      { kind: "restore", fromFile: "/place/in.backup", isConfirmed: true },
    ],
    ["--help", { kind: "help", of: undefined }],
    ["admin invite --help", { kind: "help", of: "admin invite" }],
    ["-h", { kind: "help" }],
    ["--version", { kind: "version", isJson: false }],
    ["-V --json", { kind: "version", isJson: true }],
    ["serve", { kind: "serve" }],
  ])("%s", (typed, command) => {
    expect(commandOf(typed.split(" "))).toMatchObject(command);
  });

  test("help is given whatever the environment holds", () => {
    expect(commandOf(["--help"], { DATABASE_URL: "", DURO_RELAY_PORT: "x" }).kind).toBe("help");
  });
});
