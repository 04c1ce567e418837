/** Begins an episode: work towards a goal. */
import type { Command } from "./command.ts";
import { listFlag, textFlag } from "./givenFlags.ts";
import { agentFlag, projectFlag, tagFlag } from "./writing/flags.ts";
import { givenText } from "./writing/givenText.ts";
import { printWritten } from "./writing/printWritten.ts";
import { projectNamed } from "./writing/projectNamed.ts";

export const command: Command = {
  name: "episode start",
  about: "begins an episode: work towards a goal",
  arguments: [{ name: "GOAL", about: "what should be reached; - reads it from stdin" }],
  flags: { tag: tagFlag, project: projectFlag, agent: agentFlag },
  examples: [
    ['duro episode start "make the login test fast" --project .', "prints the id for its notes"],
    ['duro episode note ID "most of it is the database"', "what was found on the way"],
    ["duro episode close ID --result success", "how it ended"],
  ],
  run: async (context) => {
    const { api, args, flags, out } = context;
    const goal = await givenText(context, args[0]);
    if (!goal.ok) return out.problem(goal.error);
    const project = await projectNamed(flags["project"], context);
    if (!project.ok) return out.problem(project.error);
    const answer = await api.call("episodeStart", {
      goal: goal.value,
      tags: listFlag(flags, "tag"),
      project: project.value,
      agent: textFlag(flags, "agent"),
    });
    return printWritten(context, answer, ({ id }) => id);
  },
};
