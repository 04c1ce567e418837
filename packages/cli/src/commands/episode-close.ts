/** Ends an episode with its result. */
import { usage } from "../problem.ts";
import type { Command } from "./command.ts";
import { textFlag } from "./givenFlags.ts";
import { printWritten } from "./writing/printWritten.ts";

export const command: Command = {
  name: "episode close",
  about: "ends an episode with its result",
  arguments: [{ name: "ID", about: "of the episode" }],
  flags: {
    result: { kind: "text", choices: ["success", "partial", "failed"], about: "how it ended" },
    summary: { kind: "text", value: "TEXT", about: "what the next one should know" },
  },
  examples: [
    ['duro episode close ID --result partial --summary "fast on Linux only"', "ends the episode"],
  ],
  run: async (context) => {
    const { api, args, flags, out } = context;
    const result = textFlag(flags, "result");
    if (result === undefined)
      return out.problem(
        usage(
          "ResultMissing",
          "It was not said how the episode ended: --result is missing.",
          "duro episode close ID --result success, or partial, or failed",
        ),
      );
    const summary = textFlag(flags, "summary");
    const answer = await api.call("episodeClose", { id: args[0] ?? "", result, summary });
    return printWritten(context, answer, ({ id }) => `${id} ${result}`);
  },
};
