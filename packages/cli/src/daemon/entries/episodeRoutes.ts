/** `episode`: a piece of work from its goal to its result. */
import { err, ok } from "@duro/crypto/types";
import { closeEpisode, noteInEpisode, results, startEpisode } from "@duro/memory";
import { usage } from "../../problem.ts";
import { callRoute } from "../routes.ts";
import { findId } from "../read/findId.ts";
import { changePresent } from "./showPresent.ts";
import { change, textMissing } from "./entryProblems.ts";
import { needHome } from "../needHome.ts";
import { inProject } from "./inProject.ts";
import { parseAgent } from "./provenance.ts";
import { secretWarnings } from "./secretKinds.ts";
import { body, optionalText, optionalTexts, text } from "../shapes.ts";

const startRoute = callRoute<"episodeStart">({
  name: "episodeStart",
  schema: body({ goal: text, tags: optionalTexts, project: optionalText, agent: optionalText }),
  run: async (daemon, { goal, tags, project, agent: who }) => {
    const home = needHome(daemon);
    if (!home.ok) return home;
    const agent = parseAgent(who);
    if (!agent.ok) return agent;
    if (goal.trim() === "")
      return err(textMissing("goal", 'duro episode start "make the login test fast"'));
    const content = { goal: goal.trim(), tags, agent: agent.value };
    const written = await change(home.value, "episode", (memory) =>
      inProject(memory, project, (id) => startEpisode(memory, { ...content, project: id })),
    );
    if (!written.ok) return written;
    const { id } = written.value;
    return ok({ id, ...secretWarnings(id, [goal, ...(tags ?? [])]) });
  },
});

const noteRoute = callRoute<"episodeNote">({
  name: "episodeNote",
  schema: body({ id: text, text, agent: optionalText }),
  run: async (daemon, { id: typed, text: words, agent: who }) => {
    const home = needHome(daemon);
    if (!home.ok) return home;
    const id = findId(home.value, typed);
    if (!id.ok) return id;
    const agent = parseAgent(who);
    if (!agent.ok) return agent;
    if (words.trim() === "")
      return err(textMissing("note", `duro episode note ${id.value} "measured it: 340 ms"`));
    const note = { text: words.trim(), tool: agent.value?.tool };
    const written = await changePresent(home.value, { id: id.value, wanted: "episode" }, (memory) =>
      noteInEpisode(memory, id.value, note),
    );
    return written.ok ? ok({ id: id.value, ...secretWarnings(id.value, [words]) }) : written;
  },
});

const closeRoute = callRoute<"episodeClose">({
  name: "episodeClose",
  schema: body({ id: text, result: text, summary: optionalText }),
  run: async (daemon, { id: typed, result: typedResult, summary }) => {
    const home = needHome(daemon);
    if (!home.ok) return home;
    const id = findId(home.value, typed);
    if (!id.ok) return id;
    const result = results.find((one) => one === typedResult);
    if (result === undefined)
      return err(
        usage(
          "BadResult",
          `An episode ends with ${results.join(", ")}, and nothing else.`,
          `duro episode close ${id.value} --result success`,
        ),
      );
    const written = await changePresent(home.value, { id: id.value, wanted: "episode" }, (memory) =>
      closeEpisode(memory, id.value, { result, summary }),
    );
    return written.ok ? ok({ id: id.value, ...secretWarnings(id.value, [summary]) }) : written;
  },
});

export const episodeRoutes = [startRoute, noteRoute, closeRoute];
