/** Lists the skills by name. */
import { oneLine } from "../output/plainText.ts";
import type { Command } from "./command.ts";

export const command: Command = {
  name: "skill list",
  about: "lists the skills",
  arguments: [],
  flags: {},
  examples: [["duro skill list", "names, and when to use them"]],
  run: async ({ api, out }) => {
    const answer = await api.call("skillList", {});
    if (!answer.ok) return out.problem(answer.error);
    const { items } = answer.value;
    if (items.length === 0)
      out.say("No skill yet. duro skill save NAME --file FILE stores the first.");
    return out.result(answer.value, () =>
      items
        .map(({ name, description }) => {
          const head = out.style.bold(oneLine(name));
          return description === "" ? head : `${head}  ${oneLine(description)}`;
        })
        .join("\n"),
    );
  },
};
