import type { Command } from "./command.ts";
import { entryPage } from "./reading/entryPage.ts";

export const command: Command = {
  name: "show",
  about: "prints one entry with all it has",
  arguments: [{ name: "ID", about: "an id, or its beginning where no other id begins so" }],
  flags: {},
  examples: [
    ["duro show d_01kah3w2x7", "a decision with its reasons and how it turned out"],
    ["duro show f_01kah3w2x7 --json", "everything that is known of a fact, as JSON"],
  ],
  notes: ["Forgotten and superseded entries are printed too, and say so."],
  run: async ({ args, api, out }) => {
    const answer = await api.call("show", { id: args[0] ?? "" });
    if (!answer.ok) return out.problem(answer.error);
    return out.result(answer.value, () =>
      answer.value.items.map((item) => entryPage(item, out.style)).join("\n\n"),
    );
  },
};
