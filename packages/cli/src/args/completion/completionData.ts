/** What a shell needs to know to complete a line of ours, before it is written in the words of one shell. */
import type { Argument, Command, CommandEntry, Flag } from "../../commands/command.ts";
import { globalFlags } from "../globalFlags.ts";

export interface Completion {
  /** `list`, `device`: what may stand first. */
  readonly firsts: readonly Word[];
  /** By their first word: `device` → `list`, `revoke`, `rename`. */
  readonly secondsByFirst: ReadonlyMap<string, readonly Word[]>;
  readonly commands: readonly CommandWords[];
}

export interface Word {
  readonly text: string;
  readonly about: string;
}

interface CommandWords {
  readonly name: string;
  readonly flags: readonly FlagWord[];
  /** What its words may be. */
  readonly argument: Value;
}

export interface FlagWord extends Word {
  readonly value: Value | undefined;
}

export type Value =
  | { readonly kind: "choices"; readonly choices: readonly string[] }
  | { readonly kind: "file" }
  | { readonly kind: "any" };

export const completionOf = async (entries: readonly CommandEntry[]): Promise<Completion> => {
  const commands: CommandWords[] = [];
  for (const { load } of entries) {
    const { command } = await load();
    commands.push(wordsOfCommand(command));
  }
  const secondsByFirst = new Map<string, Word[]>();
  const firsts = new Map<string, Word>();
  for (const { name, about } of entries) {
    const [first = name, second] = name.split(" ");
    const isGroup = second !== undefined;
    if (isGroup) {
      const seconds = secondsByFirst.get(first) ?? [];
      secondsByFirst.set(first, [...seconds, { text: second, about }]);
    }
    if (!firsts.has(first)) firsts.set(first, { text: first, about });
  }
  for (const [first, seconds] of secondsByFirst) {
    if (entries.some(({ name }) => name === first)) continue;
    firsts.set(first, { text: first, about: seconds.map(({ text }) => text).join(", ") });
  }
  return { firsts: [...firsts.values()], secondsByFirst, commands };
};

const wordsOfCommand = ({ name, flags, arguments: wanted }: Command): CommandWords => ({
  name,
  flags: Object.entries<Flag>({ ...flags, ...globalFlags })
    .filter(([, { isHidden }]) => isHidden !== true)
    .map(([flagName, flag]) => ({
      text: `--${flagName}`,
      about: flag.about,
      value: flag.kind === "boolean" ? undefined : valueOf(flag.value, flag.choices),
    })),
  argument: argumentValue(wanted[0]),
});

const argumentValue = (argument: Argument | undefined): Value =>
  argument === undefined ? { kind: "any" } : valueOf(argument.name, argument.choices);

const valueOf = (name: string | undefined, choices: readonly string[] | undefined): Value => {
  if (choices !== undefined) return { kind: "choices", choices };
  return name !== undefined && /FILE|DIR|PATH|FOLDER/u.test(name)
    ? { kind: "file" }
    : { kind: "any" };
};
