import { closestTo, quoted } from "../args/badUsage.ts";
import { commandText, exitCodesText, exitRows, groupText, overviewText } from "../args/helpText.ts";
import { Exit } from "../exits.ts";
import type { Command, CommandContext, CommandEntry } from "./command.ts";

const exitCodesTopic = "exit-codes";

export const command: Command = {
  name: "help",
  about: "explains a command, or the exit codes",
  arguments: [
    { name: "COMMAND", isOptional: true, isMany: true, about: "a command, or exit-codes" },
  ],
  flags: {},
  examples: [
    ["duro help remember", "examples and flags of a command"],
    ["duro help exit-codes", "what the ends mean, for scripts"],
  ],
  startsDaemon: false,
  run: async (context) => {
    const { out, commands, args } = context;
    const topic = args.join(" ");
    if (topic === "") return showOverview(context);
    if (topic === exitCodesTopic) return showExitCodes(context);
    const entry = commands.find(({ name }) => name === topic);
    if (entry !== undefined) return showCommand(entry, context);
    if (commands.some(({ name }) => name.startsWith(`${topic} `))) return showGroup(topic, context);
    const close = closestTo(topic, [...commands.map(({ name }) => name), exitCodesTopic]);
    return out.problem({
      code: "UsageError",
      exit: Exit.Usage,
      message: `There is no help about ${quoted(topic)}.${close === undefined ? "" : ` Did you mean "duro help ${close}"?`}`,
      next: "duro help",
    });
  },
};

type HelpContext = Pick<CommandContext, "out" | "commands">;

export const showOverview = ({ out, commands }: HelpContext): Exit =>
  out.result({ commands: commands.map(({ name, about }) => ({ name, about })) }, () =>
    overviewText(commands, out.style),
  );

export const showGroup = (group: string, { out, commands }: HelpContext): Exit => {
  const named = commands.filter(({ name }) => name === group || name.startsWith(`${group} `));
  return out.result({ commands: named.map(({ name, about }) => ({ name, about })) }, () =>
    groupText(group, commands),
  );
};

export const showCommand = async (entry: CommandEntry, { out }: HelpContext): Promise<Exit> => {
  const { command: found } = await entry.load();
  const { name, about, arguments: words, flags, examples } = found;
  return out.result({ name, about, words, flags, examples }, () => commandText(found, out.style));
};

const showExitCodes = ({ out }: HelpContext): Exit =>
  out.result({ exits: exitRows().map(([exit, meaning]) => ({ exit, meaning })) }, exitCodesText);
