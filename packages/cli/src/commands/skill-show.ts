/** Prints a skill, as the file that agents read. */
import type { SkillJson } from "../api/entryCalls.ts";
import type { Command } from "./command.ts";

export const command: Command = {
  name: "skill show",
  about: "prints a skill",
  arguments: [{ name: "NAME", about: "of the skill, or its id" }],
  flags: {},
  examples: [["duro skill show release > SKILL.md", "with the head that agents read"]],
  run: async ({ api, args, out }) => {
    const answer = await api.call("skillShow", { name: args[0] ?? "" });
    if (!answer.ok) return out.problem(answer.error);
    const { items } = answer.value;
    const [first] = items;
    if (items.length > 1)
      out.say(
        `${items.length} skills have that name, made on two machines at once: ${items.map(({ id }) => id).join(", ")}. Save edits the oldest, shown here.`,
      );
    return out.result(answer.value, () => (first === undefined ? "" : skillText(first)));
  },
};

const skillText = ({ name, description, body }: SkillJson): string =>
  `---\nname: ${JSON.stringify(name)}\ndescription: ${JSON.stringify(description)}\n---\n\n${body ?? ""}`;
