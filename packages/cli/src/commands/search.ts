import { searchCountUsual } from "../api/readLimits.ts";
import type { Command } from "./command.ts";
import { numberFlag, textFlag } from "./givenFlags.ts";
import { entryLines } from "./reading/entryLines.ts";
import { highlighter } from "./reading/highlight.ts";
import { limitFlag, projectFlag, typeFlag } from "./reading/readFlags.ts";

export const command: Command = {
  name: "search",
  about: "finds entries by their words, best first",
  arguments: [
    {
      name: "QUERY",
      isMany: true,
      about: "words, each by its beginning; parts of identifiers count",
    },
  ],
  flags: { type: typeFlag, project: projectFlag, limit: limitFlag(searchCountUsual) },
  examples: [
    ['duro search "login port"', "entries that have both words"],
    ["duro search parseToken --type fact", "facts that have `parse` and `token` in them"],
    ["duro search sqlite --json --limit 5", "for programs and agents: the best five as JSON"],
  ],
  run: async ({ args, flags, api, out }) => {
    const query = args.join(" ");
    const answer = await api.call("search", {
      query,
      type: textFlag(flags, "type"),
      project: textFlag(flags, "project"),
      limit: numberFlag(flags, "limit"),
    });
    if (!answer.ok) return out.problem(answer.error);
    const { items } = answer.value;
    if (items.length === 0) out.say("Nothing has all of these words.");
    return out.result(answer.value, () =>
      entryLines(
        items,
        out,
        highlighter(query, (text) => out.style.bold(text)),
      ),
    );
  },
};
