/** Stores a skill from a file, or edits the one of that name. */
import { usage } from "../problem.ts";
import type { Command } from "./command.ts";
import { listFlag, textFlag } from "./givenFlags.ts";
import { agentFlag, tagFlag } from "./writing/flags.ts";
import { fileText } from "./writing/givenText.ts";
import { printWritten } from "./writing/printWritten.ts";
import { readSkillFile } from "./writing/skillFile.ts";

export const command: Command = {
  name: "skill save",
  about: "stores a skill from a file",
  arguments: [{ name: "NAME", about: "of the skill; a skill of that name is edited" }],
  flags: {
    file: { kind: "text", value: "FILE", about: "Markdown, as a SKILL.md; - reads stdin" },
    description: { kind: "text", value: "TEXT", about: "when to use it, in one line" },
    tag: tagFlag,
    agent: agentFlag,
  },
  examples: [["duro skill save release --file SKILL.md", "its head may hold the description"]],
  run: async (context) => {
    const { api, args, flags, out } = context;
    const file = textFlag(flags, "file");
    if (file === undefined)
      return out.problem(
        usage(
          "FileMissing",
          "A skill is read from a file: --file is missing.",
          "duro skill save NAME --file SKILL.md",
        ),
      );
    const text = await fileText(context, file);
    if (!text.ok) return out.problem(text.error);
    const { description, body } = readSkillFile(text.value);
    const answer = await api.call("skillSave", {
      name: args[0] ?? "",
      body,
      description: textFlag(flags, "description") ?? description,
      tags: listFlag(flags, "tag"),
      agent: textFlag(flags, "agent"),
    });
    return printWritten(context, answer, ({ id }) => id);
  },
};
