/** `duro skill`: how something is done, in prose that several people edit. */
import * as Y from "yjs";
import { skillsDoc } from "../docs/names.ts";
import { skill, skillBodyLengthMax, type skillTiers, useCount } from "../entities/skill.ts";
import { prose } from "../entities/common.ts";
import { byAge, type EntryId } from "../ids.ts";
import { type DocNotOpen, type Memory, memoryOrigin, openDocOf } from "../memory.ts";
import { err, ok, type Result } from "../result.ts";
import { type BadField, text } from "../shape.ts";
import { type Entry, mapOf, memberName, setFields } from "../store.ts";
import { setText } from "../text/setText.ts";
import type { Item, OtherItem } from "../views/itemTypes.ts";
import { createEntry, type Written } from "./create.ts";
import { edit, type EditError } from "./edit.ts";
import { findEntry, type FindError } from "./find.ts";
import { itemsOf } from "./list.ts";

export interface SkillContent {
  readonly name: string;
  readonly body: string;
  readonly description?: string | undefined;
  readonly tags?: readonly string[] | undefined;
  readonly tools?: readonly string[] | undefined;
  readonly tier?: (typeof skillTiers)[number] | undefined;
  readonly origin?: "import" | "session" | "user" | undefined;
  /** Who makes it, if not the person. Later edits of its prose are everybody's. */
  readonly agent?: { readonly tool: string; readonly model?: string | undefined } | undefined;
}

/** Makes it, or edits the one of that name. Two devices may make one name at once: both are there. */
export const saveSkill = (
  memory: Memory,
  content: SkillContent,
): Result<Written, BadField | DocNotOpen | EditError> => {
  const body = text(skillBodyLengthMax).read(content.body, "body", "strict");
  if (!body.ok) return body;
  const description = prose.read(content.description ?? "", "description", "strict");
  if (!description.ok) return description;
  const present = skillsNamed(memory, content.name);
  if (!present.ok) return present;
  const [oldest] = present.value;
  return oldest === undefined ? makeSkill(memory, content) : editSkill(memory, oldest.id, content);
};

const makeSkill = (
  memory: Memory,
  { name, body, description, tags, tools, tier, origin, agent }: SkillContent,
): Result<Written, BadField | DocNotOpen> => {
  const at = memory.nowMs();
  return createEntry(memory, skill, {
    core: { name, origin: origin ?? "user", created: at, at, agent, device: memory.device },
    fields: { tools, tier: tier ?? "untested" },
    tags,
    texts: { body, description: description ?? "" },
  });
};

const editSkill = (
  memory: Memory,
  id: EntryId,
  { body, description, tags, tools, tier }: SkillContent,
): Result<Written, EditError> => {
  const fields = Object.fromEntries(
    Object.entries({ tools, tier }).filter(([, value]) => value !== undefined),
  );
  const edited = edit(memory, id, { tags, fields });
  if (!edited.ok) return edited;
  const found = findEntry(memory, id);
  if (!found.ok) return found;
  const { doc, map } = found.value;
  const texts = { body, ...(description === undefined ? {} : { description }) };
  doc.transact(() => {
    for (const [name, value] of Object.entries(texts)) {
      const present = map.get(name);
      if (present instanceof Y.Text) setText(doc, present, value);
    }
  }, memoryOrigin);
  return ok({ id, docs: edited.value.docs });
};

export type SkillItem = OtherItem<"skill">;

/** `duro skill show`: the oldest first, and which all devices edit. */
export const skillsNamed = (
  memory: Memory,
  name: string,
): Result<readonly SkillItem[], DocNotOpen> => {
  const items = itemsOf(memory, skillsDoc, { types: ["skill"] });
  if (!items.ok) return items;
  const isIt = (item: Item): item is SkillItem =>
    item.type === "skill" && item.core.name === name && item.forgottenMs === undefined;
  return ok(items.value.filter(isIt).toSorted((a, b) => byAge(a.id, b.id)));
};

/**
 * One use, counted under this device's own name: of two devices that add to one number, one addition
 * would be lost (MEM4).
 */
export const countUse = (
  memory: Memory,
  id: EntryId,
  { isOk }: { readonly isOk: boolean },
): Result<Written, FindError> => {
  const opened = openDocOf(memory, skillsDoc);
  if (!opened.ok) return opened;
  const doc = opened.value;
  const map = mapOf(doc, skill, id);
  if (map === undefined) return err({ type: "NoEntry", id });
  const own = memberName("u", memory.device);
  const before = useCount.read(map.get(own), "", "lenient");
  const { n, ok: good, fail } = before.ok ? before.value : { n: 0, ok: 0, fail: 0 };
  setFields(doc, map, {
    [own]: { n: n + 1, ok: good + (isOk ? 1 : 0), fail: fail + (isOk ? 0 : 1) },
  });
  return ok({ id, docs: [skillsDoc] });
};

export interface Uses {
  readonly count: number;
  /** Undefined before the first use. */
  readonly successRate: number | undefined;
}

/** The sum over all devices. */
export const usesOf = ({ sets }: Pick<Entry<unknown>, "sets">): Uses => {
  const all = [...(sets["u"]?.values() ?? [])].flatMap((value) => {
    const count = useCount.read(value, "", "lenient");
    return count.ok ? [count.value] : [];
  });
  const count = all.reduce((sum, { n }) => sum + n, 0);
  const good = all.reduce((sum, one) => sum + one.ok, 0);
  return { count, successRate: count === 0 ? undefined : good / count };
};
