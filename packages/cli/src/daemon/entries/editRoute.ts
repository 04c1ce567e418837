/** `edit`: new words make a new entry in place of the old one; tags, pin and confidence change in place. */
import { err, ok } from "@duro/crypto/types";
import { edit, typeOfId } from "@duro/memory";
import { Type } from "typebox";
import { usage } from "../../problem.ts";
import { callRoute } from "../routes.ts";
import { findId } from "../read/findId.ts";
import { changePresent } from "./showPresent.ts";
import { needHome } from "../needHome.ts";
import { textMissing } from "./entryProblems.ts";
import { parseAgent } from "./provenance.ts";
import { secretWarnings } from "./secretKinds.ts";
import { body, optionalShare, optionalText, optionalTexts, text } from "../shapes.ts";

export const editRoute = callRoute<"edit">({
  name: "edit",
  schema: body({
    id: text,
    text: optionalText,
    tags: optionalTexts,
    confidence: optionalShare,
    isPinned: Type.Optional(Type.Boolean()),
    agent: optionalText,
  }),
  run: async (daemon, { id: typed, text: words, tags, confidence, isPinned, agent: who }) => {
    const home = needHome(daemon);
    if (!home.ok) return home;
    const id = findId(home.value, typed);
    if (!id.ok) return id;
    const agent = parseAgent(who);
    if (!agent.ok) return agent;
    const example = `duro edit ${id.value} --text "what is true now"`;
    if ([words, tags, confidence, isPinned].every((one) => one === undefined))
      return err(usage("NothingToChange", "Nothing was said that should change.", example));
    if (words?.trim() === "") return err(textMissing("text", example));
    const wanted = { text: words?.trim(), tags, confidence, isPinned, agent: agent.value };
    const edited = await changePresent(
      home.value,
      { id: id.value, wanted: typeOfId(id.value) },
      (memory) => edit(memory, id.value, wanted),
    );
    if (!edited.ok) return edited;
    const { id: now, supersedes } = edited.value;
    return ok({
      id: now,
      ...(supersedes === undefined ? {} : { supersedes }),
      ...secretWarnings(now, [words, ...(tags ?? [])]),
    });
  },
});
