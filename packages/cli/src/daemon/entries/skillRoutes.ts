/** `skill`: how something is done, in prose that several devices edit. */
import { err, ok } from "@duro/crypto/types";
import {
  type EntryId,
  type Item,
  itemsOf,
  parseEntryId,
  saveSkill,
  type SkillItem,
  skillsDoc,
  skillsNamed,
  usesOf,
} from "@duro/memory";
import { usage } from "../../problem.ts";
import type { SkillJson } from "../../api/entryCalls.ts";
import { callRoute } from "../routes.ts";
import { change, textMissing } from "./entryProblems.ts";
import { needHome } from "../needHome.ts";
import { parseAgent } from "./provenance.ts";
import { secretWarnings } from "./secretKinds.ts";
import { body, optionalText, optionalTexts, text } from "../shapes.ts";

const saveRoute = callRoute<"skillSave">({
  name: "skillSave",
  schema: body({
    name: text,
    body: text,
    description: optionalText,
    tags: optionalTexts,
    agent: optionalText,
  }),
  run: async (daemon, { name, body: prose, description, tags, agent: who }) => {
    const home = needHome(daemon);
    if (!home.ok) return home;
    const agent = parseAgent(who);
    if (!agent.ok) return agent;
    const example = "duro skill save release --file SKILL.md";
    if (name.trim() === "") return err(textMissing("name", example));
    if (prose.trim() === "") return err(textMissing("skill", example));
    const content = { name: name.trim(), body: prose, description, tags, agent: agent.value };
    const saved = await change(home.value, "skill", (memory) => saveSkill(memory, content));
    if (!saved.ok) return saved;
    const { id } = saved.value;
    return ok({ id, ...secretWarnings(id, [name, prose, description]) });
  },
});

const showRoute = callRoute<"skillShow">({
  name: "skillShow",
  schema: body({ name: text }),
  run: async (daemon, { name }) => {
    const home = needHome(daemon);
    if (!home.ok) return home;
    const wanted = name.trim();
    const id = parseEntryId(wanted);
    const found = await home.value.read<readonly SkillItem[], never>((memory) => {
      if (!id.ok) return skillsNamed(memory, wanted);
      const items = itemsOf(memory, skillsDoc, { types: ["skill"] });
      return items.ok ? ok(skillsIn(items.value).filter((one) => one.id === id.value)) : items;
    });
    if (!found.ok) return found;
    return found.value.length === 0
      ? err(usage("NoSkill", "No skill here has that name.", "duro skill list"))
      : ok({ items: found.value.map((item) => skillJson(item, { body: bodyOf(item) })) });
  },
});

const listRoute = callRoute<"skillList">({
  name: "skillList",
  schema: body({}),
  run: async (daemon) => {
    const home = needHome(daemon);
    if (!home.ok) return home;
    const found = await home.value.read<readonly Item[], never>((memory) =>
      itemsOf(memory, skillsDoc, { types: ["skill"] }),
    );
    if (!found.ok) return found;
    const items = skillsIn(found.value).filter(({ forgottenMs }) => forgottenMs === undefined);
    const byName = (a: SkillItem, b: SkillItem): number =>
      order(a.text.toLowerCase(), b.text.toLowerCase()) || order(a.id, b.id);
    return ok({ items: items.toSorted(byName).map((item) => skillJson(item)) });
  },
});

const order = (a: EntryId | string, b: EntryId | string): number => (a < b ? -1 : a > b ? 1 : 0);

const skillsIn = (items: readonly { readonly type: string }[]): readonly SkillItem[] =>
  items.filter((item): item is SkillItem => item.type === "skill");

const bodyOf = ({ entry }: SkillItem): string => entry.texts["body"] ?? "";

const skillJson = (item: SkillItem, more: Pick<SkillJson, "body"> = {}): SkillJson => {
  const { id, text: name, atMs, device, tags, entry, forgottenMs } = item;
  const { tier } = entry.fields;
  return {
    id,
    type: "skill",
    text: name,
    name,
    description: entry.texts["description"] ?? "",
    at: new Date(atMs).toISOString(),
    device: device ?? "",
    tags,
    ...(tier === undefined ? {} : { tier }),
    uses: usesOf(entry).count,
    isForgotten: forgottenMs !== undefined,
    ...more,
  };
};

export const skillRoutes = [saveRoute, showRoute, listRoute];
