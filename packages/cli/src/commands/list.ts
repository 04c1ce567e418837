import { listCountUsual } from "../api/readLimits.ts";
import type { Command } from "./command.ts";
import { listFlag, numberFlag, textFlag } from "./givenFlags.ts";
import { entryLines } from "./reading/entryLines.ts";
import { limitFlag, projectFlag, typeFlag } from "./reading/readFlags.ts";

export const command: Command = {
  name: "list",
  about: "lists entries, newest first",
  arguments: [],
  flags: {
    type: typeFlag,
    tag: {
      kind: "list",
      value: "TAG",
      about: "only what has this tag; several: all of them",
      hasCommas: true,
    },
    project: projectFlag,
    since: { kind: "text", value: "TIME", about: "a date, a time in ISO 8601, or 7d, 12h, 2w" },
    limit: limitFlag(listCountUsual),
    after: { kind: "text", value: "ID", about: "the next page: what is older than this entry" },
  },
  examples: [
    ["duro list", `the newest ${listCountUsual}`],
    ["duro list --type decision --since 2w", "decisions of the last two weeks"],
    ["duro list --tag tests --tag login --json", "what has both tags, as JSON"],
  ],
  notes: ["What was forgotten or said anew is left out; duro show ID still prints it."],
  run: async ({ flags, api, out }) => {
    const answer = await api.call("list", {
      type: textFlag(flags, "type"),
      tags: listFlag(flags, "tag"),
      project: textFlag(flags, "project"),
      since: textFlag(flags, "since"),
      limit: numberFlag(flags, "limit"),
      after: textFlag(flags, "after"),
    });
    if (!answer.ok) return out.problem(answer.error);
    const { items, next } = answer.value;
    if (items.length === 0) out.say("Nothing here is like that.");
    const exit = out.result(answer.value, () => entryLines(items, out));
    if (next !== undefined) out.say(`There is more: add --after ${next}`);
    return exit;
  },
};
