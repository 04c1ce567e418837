/** What sentences of ours tell people to run: problems, notices, checks and help, in every file. */
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { globalFlags } from "../args/globalFlags.ts";
import type { Command } from "./command.ts";
import { commands } from "./table.ts";

/** At the start of a text, or behind what parts one instruction from the next. */
const named =
  /(?<=["'`]|[;:,] (?:or |and |then )?)duro (?<first>[a-z][a-z-]*)(?: (?<second>[a-z][a-z-]*))?[^;,:"'`\n]*/gu;

/** The program itself, as the subject of a sentence. */
const verbs: ReadonlySet<string> = new Set(["ends", "was"]);

const withoutComments = (source: string): string =>
  source
    .split("\n")
    .filter((line) => !/^\s*(?:\*|\/\/|\/\*)/u.test(line))
    .join("\n");

const faultsIn = (source: string, known: ReadonlyMap<string, Command>): readonly string[] =>
  [...withoutComments(source).matchAll(named)].flatMap(({ 0: line, groups }) => {
    const { first = "", second = "" } = groups ?? {};
    if (verbs.has(first)) return [];
    const command = known.get(`${first} ${second}`) ?? known.get(first);
    if (command === undefined) return [`${line}: no such command`];
    const flags = { ...command.flags, ...globalFlags };
    return [...line.matchAll(/--(?<flag>[a-z][a-z-]*)/gu)]
      .filter(({ groups: found }) => !Object.hasOwn(flags, found?.["flag"] ?? ""))
      .map(([flag]) => `${line}: no flag ${flag}`);
  });

const load = async (): Promise<ReadonlyMap<string, Command>> => {
  const loaded = await Promise.all(commands.map((entry) => entry.load()));
  return new Map(loaded.map(({ command }) => [command.name, command]));
};

describe("whatever a sentence tells people to run", () => {
  test("is a command that exists, with flags that it has", async () => {
    const known = await load();
    const folder = join(import.meta.dirname, "..");
    const files = globSync("**/*.ts", { cwd: folder }).filter(
      (file) => !file.endsWith(".test.ts") && !file.includes("testing"),
    );
    const faults = files.flatMap((file) =>
      faultsIn(readFileSync(join(folder, file), "utf8"), known).map((fault) => `${file}: ${fault}`),
    );
    expect(faults).toEqual([]);
  });

  test.each([
    ['next: "duro snyc"', ["duro snyc: no such command"]],
    ['"make room; duro list --sinc 7d"', ["duro list --sinc 7d: no flag --sinc"]],
    ['"duro status, or duro device drop ID"', ["duro device drop ID: no such command"]],
    ['"duro wait --timeout 30s, then duro forget --undo ID"', []],
  ])("is told from what is not: %s", async (source, faults) => {
    expect(faultsIn(source, await load())).toEqual(faults);
  });
});
