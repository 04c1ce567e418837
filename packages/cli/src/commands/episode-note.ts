/** Adds a note to an episode. */
import type { Command } from "./command.ts";
import { textFlag } from "./givenFlags.ts";
import { agentFlag } from "./writing/flags.ts";
import { givenText } from "./writing/givenText.ts";
import { printWritten } from "./writing/printWritten.ts";

export const command: Command = {
  name: "episode note",
  about: "adds a note to an episode",
  arguments: [
    { name: "ID", about: "of the episode" },
    { name: "TEXT", about: "what was done or found; - reads it from stdin" },
  ],
  flags: { agent: agentFlag },
  examples: [['duro episode note ID "measured it: 340 ms"', "two machines may note at once"]],
  run: async (context) => {
    const { api, args, flags, out } = context;
    const text = await givenText(context, args[1]);
    if (!text.ok) return out.problem(text.error);
    const answer = await api.call("episodeNote", {
      id: args[0] ?? "",
      text: text.value,
      agent: textFlag(flags, "agent"),
    });
    return printWritten(context, answer, ({ id }) => id);
  },
};
