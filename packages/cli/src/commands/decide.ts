/** Stores a decision and why it was taken. */
import { usage } from "../problem.ts";
import type { Command } from "./command.ts";
import { listFlag, numberFlag, textFlag } from "./givenFlags.ts";
import { agentFlag, confidenceFlag, projectFlag, tagFlag } from "./writing/flags.ts";
import { givenText } from "./writing/givenText.ts";
import { printWritten } from "./writing/printWritten.ts";
import { projectNamed } from "./writing/projectNamed.ts";

export const command: Command = {
  name: "decide",
  about: "stores a decision and why it was taken",
  arguments: [{ name: "TEXT", about: "what was decided; - reads it from stdin" }],
  flags: {
    rationale: { kind: "text", value: "TEXT", about: "why; a decision needs one" },
    expected: {
      kind: "text",
      value: "TEXT",
      about: "what should come of it, to compare with later",
    },
    alternative: {
      kind: "list",
      value: "TEXT",
      about: "what was not chosen",
    },
    tag: tagFlag,
    project: projectFlag,
    confidence: confidenceFlag,
    agent: agentFlag,
  },
  examples: [
    [
      'duro decide "use SQLite" --rationale "one file, no server" --alternative Postgres',
      "stores a decision",
    ],
    ["duro validate ID --status validated", "says later how it turned out"],
  ],
  run: async (context) => {
    const { api, args, flags, out } = context;
    const rationale = textFlag(flags, "rationale");
    if (rationale === undefined)
      return out.problem(
        usage(
          "RationaleMissing",
          "A decision without its reason helps nobody later: --rationale is missing.",
          'duro decide TEXT --rationale "why"',
        ),
      );
    const text = await givenText(context, args[0]);
    if (!text.ok) return out.problem(text.error);
    const project = await projectNamed(flags["project"], context);
    if (!project.ok) return out.problem(project.error);
    const answer = await api.call("decide", {
      text: text.value,
      rationale,
      expected: textFlag(flags, "expected"),
      alternatives: listFlag(flags, "alternative"),
      tags: listFlag(flags, "tag"),
      project: project.value,
      confidence: numberFlag(flags, "confidence"),
      agent: textFlag(flags, "agent"),
    });
    return printWritten(context, answer, ({ id }) => id);
  },
};
