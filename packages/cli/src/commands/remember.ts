/** Stores a fact. */
import type { Command } from "./command.ts";
import { listFlag, numberFlag, textFlag } from "./givenFlags.ts";
import { agentFlag, confidenceFlag, projectFlag, tagFlag } from "./writing/flags.ts";
import { givenText } from "./writing/givenText.ts";
import { printWritten } from "./writing/printWritten.ts";
import { projectNamed } from "./writing/projectNamed.ts";
import { sourceNamed } from "./writing/sourceNamed.ts";

export const command: Command = {
  name: "remember",
  about: "stores a fact",
  arguments: [{ name: "TEXT", about: "one fact in one or two sentences; - reads it from stdin" }],
  flags: {
    kind: {
      kind: "text",
      choices: ["fact", "preference", "gotcha", "procedure", "reference"],
      about: "what sort of fact; preferences never fade",
    },
    tag: tagFlag,
    project: projectFlag,
    source: {
      kind: "text",
      value: "SOURCE",
      about: "where it comes from: an address, a file as src/login.ts:42, or words",
    },
    confidence: confidenceFlag,
    agent: agentFlag,
  },
  examples: [
    ['duro remember "the login test needs port 5432"', "stores a fact"],
    ['duro remember "deploys go out on Tuesdays" --tag release --project .', "in this project"],
    ["pbpaste | duro remember - --kind reference", "reads the text from stdin"],
  ],
  notes: [
    "A fact is written once: duro edit ID --text stores a newer one in its place.",
    "An agent says who it is, once, in DURO_AGENT=claude-code/opus.",
  ],
  run: async (context) => {
    const { api, args, flags, out } = context;
    const text = await givenText(context, args[0]);
    if (!text.ok) return out.problem(text.error);
    const project = await projectNamed(flags["project"], context);
    if (!project.ok) return out.problem(project.error);
    const answer = await api.call("remember", {
      text: text.value,
      kind: textFlag(flags, "kind"),
      tags: listFlag(flags, "tag"),
      project: project.value,
      source: await sourceNamed(flags["source"], context),
      confidence: numberFlag(flags, "confidence"),
      agent: textFlag(flags, "agent"),
    });
    return printWritten(context, answer, ({ id }) => id);
  },
};
