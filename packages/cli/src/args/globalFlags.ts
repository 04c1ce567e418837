/** The flags that every command takes, wherever they stand on the line. */
import type { Flag } from "../commands/command.ts";

export const globalFlags = {
  json: { kind: "boolean", about: "JSON on stdout, also for errors" },
  quiet: { kind: "boolean", about: "nothing but the result" },
  "no-input": { kind: "boolean", about: "never asks; fails with 2 where it would have to" },
  yes: { kind: "boolean", about: "agrees to what would be asked" },
  home: { kind: "text", value: "DIR", about: "everything of Duro in one folder" },
  help: { kind: "boolean", about: "this text" },
  version: { kind: "boolean", about: "the version", isHidden: true },
} as const satisfies Readonly<Record<string, Flag>>;

/** These say what to do, so the environment does not. */
export const withoutTwin: ReadonlySet<string> = new Set(["help", "version"]);

export const shortFlags: ReadonlyMap<string, string> = new Map([
  ["-h", "help"],
  ["-q", "quiet"],
  ["-y", "yes"],
  ["-V", "version"],
]);

export const variableOf = (name: string): string =>
  `DURO_${name.toUpperCase().replaceAll("-", "_")}`;

/** Before anything was understood of the line, so that even what is wrong with it can be said in JSON. */
export const isJsonAsked = (
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): boolean => {
  const end = argv.indexOf("--");
  const flags = end === -1 ? argv : argv.slice(0, end);
  const last = flags.findLast((token) => token === "--json" || token.startsWith("--json="));
  const said = last === undefined ? env[variableOf("json")] : last.slice("--json=".length) || "1";
  return ["1", "true", "yes", "on"].includes((said ?? "").trim().toLowerCase());
};
