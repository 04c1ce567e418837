/** Changes an entry; new words of a fact or a decision make a new one in its place. */
import type { Command } from "./command.ts";
import { listFlag, numberFlag, textFlag } from "./givenFlags.ts";
import { agentFlag, confidenceFlag, tagFlag } from "./writing/flags.ts";
import { givenText } from "./writing/givenText.ts";
import { printWritten } from "./writing/printWritten.ts";

export const command: Command = {
  name: "edit",
  about: "changes an entry",
  arguments: [{ name: "ID", about: "of the entry" }],
  flags: {
    text: {
      kind: "text",
      value: "TEXT",
      about: "new words, in a new entry that stands in place of this one; - reads stdin",
    },
    tag: { ...tagFlag, about: "its tags from now on, in place of those it had" },
    confidence: confidenceFlag,
    pin: { kind: "boolean", about: "never fades", opposite: "unpin" },
    unpin: { kind: "boolean", about: "fades again", opposite: "pin" },
    agent: agentFlag,
  },
  examples: [
    ['duro edit ID --text "the login test needs port 5433"', "says it anew; the old one is hidden"],
    ["duro edit ID --tag login --tag tests --pin", "two tags, and it never fades"],
  ],
  run: async (context) => {
    const { api, args, flags, out } = context;
    const typed = textFlag(flags, "text");
    const text = typed === undefined ? undefined : await givenText(context, typed);
    if (text?.ok === false) return out.problem(text.error);
    const isPinned = flags["pin"] === true ? true : flags["unpin"] === true ? false : undefined;
    const answer = await api.call("edit", {
      id: args[0] ?? "",
      text: text?.value,
      tags: listFlag(flags, "tag"),
      confidence: numberFlag(flags, "confidence"),
      isPinned,
      agent: textFlag(flags, "agent"),
    });
    return printWritten(context, answer, ({ id, supersedes }) =>
      supersedes === undefined ? id : `${id} in place of ${supersedes}`,
    );
  },
};
