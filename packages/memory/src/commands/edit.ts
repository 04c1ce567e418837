/**
 * `duro edit`. A claim is written once, so new words make a new entry that supersedes the old one; what
 * is mutable changes in place.
 */
import type * as Y from "yjs";
import type { DocName } from "../docs/names.ts";
import { decision } from "../entities/decision.ts";
import { fact } from "../entities/fact.ts";
import type { EntryId } from "../ids.ts";
import { type DocNotOpen, type Memory, memoryOrigin } from "../memory.ts";
import { err, ok, type Result } from "../result.ts";
import { type BadField, object, type TypeOf } from "../shape.ts";
import { memberName, setFields } from "../store.ts";
import { readItem } from "../views/item.ts";
import type { DecisionItem, FactItem } from "../views/itemTypes.ts";
import { createEntry, parseTags, type Written } from "./create.ts";
import { findEntry, type FindError, type Found } from "./find.ts";
import { judge } from "./judge.ts";

export interface Edit {
  readonly text?: string | undefined;
  /** All of them from now on. */
  readonly tags?: readonly string[] | undefined;
  readonly addTags?: readonly string[] | undefined;
  readonly removeTags?: readonly string[] | undefined;
  readonly confidence?: number | undefined;
  readonly isPinned?: boolean | undefined;
  /** Other fields of its kind by name; null takes one away. */
  readonly fields?: Readonly<Record<string, unknown>> | undefined;
  readonly agent?: { readonly tool: string; readonly model?: string | undefined } | undefined;
}

export interface Edited extends Written {
  readonly supersedes?: EntryId | undefined;
}

/** Somebody has said it anew already: edit that. */
export interface AlreadySuperseded {
  readonly type: "AlreadySuperseded";
  readonly id: EntryId;
  readonly by: EntryId;
}

/** Only a fact and a decision are said anew. */
export interface NotSaidAnew {
  readonly type: "NotSaidAnew";
  readonly id: EntryId;
}

export type EditError = AlreadySuperseded | BadField | FindError | NotSaidAnew;

export const edit = (memory: Memory, id: EntryId, change: Edit): Result<Edited, EditError> => {
  const found = findEntry(memory, id);
  if (!found.ok) return found;
  const checked = checkedFields(found.value, change);
  if (!checked.ok) return checked;
  for (const tags of [change.tags, change.addTags, change.removeTags]) {
    const parsed = parseTags(tags ?? []);
    if (!parsed.ok) return parsed;
  }
  if (change.text === undefined) return editInPlace(memory, found.value, change, checked.value);
  const item = readItem(found.value, found.value.type, id);
  if (item?.type !== "fact" && item?.type !== "decision") return err({ type: "NotSaidAnew", id });
  if (item.supersededBy !== undefined)
    return err({ type: "AlreadySuperseded", id, by: item.supersededBy });
  const { doc, map, name } = found.value;
  // One edit where both stand in one document; else `markDuplicates` mends what a crash leaves between.
  return doc.transact(() => {
    const created = sayAnew(memory, item, change, change.text ?? "");
    if (!created.ok) return created;
    setFields(doc, map, { supersededBy: created.value.id });
    const next = findEntry(memory, created.value.id);
    if (!next.ok) return next;
    const edited = editInPlace(
      memory,
      next.value,
      { ...change, confidence: undefined },
      checked.value,
    );
    const docs = [...new Set([...created.value.docs, name])];
    return edited.ok ? ok({ id: created.value.id, supersedes: id, docs }) : edited;
  }, memoryOrigin);
};

/** Only what its kind has, and not what other commands look after. */
const checkedFields = (
  { kind }: Found,
  { fields = {} }: Edit,
): Result<Readonly<Record<string, unknown>>, BadField> => {
  const reserved = Object.keys(fields).find(
    (name) =>
      !Object.hasOwn(kind.fields, name) || ["deleted", "pin", "supersededBy"].includes(name),
  );
  if (reserved !== undefined)
    return err({ type: "BadField", field: reserved, expected: "a field that can be edited" });
  const given = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));
  const read = object(kind.fields).read(given, "", "strict");
  if (!read.ok) return read;
  const cleared = Object.keys(fields).filter((name) => fields[name] === null);
  return ok({ ...read.value, ...Object.fromEntries(cleared.map((name) => [name, undefined])) });
};

const editInPlace = (
  memory: Memory,
  found: Found,
  change: Edit,
  fields: Readonly<Record<string, unknown>>,
): Result<Edited, BadField | FindError> => {
  const { doc, map, id, name, kind } = found;
  const docs: readonly DocName[] = [name];
  if (change.confidence !== undefined) {
    const by = change.agent === undefined ? "user" : "agent";
    const { confidence, agent } = change;
    const reviewed = judge(memory, id, { t: "review", by, agent, confidence });
    if (!reviewed.ok) return reviewed;
  }
  doc.transact(() => {
    setFields(doc, map, fields);
    if (change.isPinned !== undefined && Object.hasOwn(kind.fields, "pin"))
      setFields(doc, map, { pin: change.isPinned ? true : undefined });
    if (kind.sets.includes("tags")) editTags(map, change);
  }, memoryOrigin);
  return ok({ id, docs });
};

const editTags = (map: Y.Map<unknown>, { tags, addTags = [], removeTags = [] }: Edit): void => {
  const prefix = memberName("tags", "");
  const present = [...map.keys()].filter((name) => name.startsWith(prefix));
  const namesOf = (list: readonly string[]): readonly string[] => {
    const parsed = parseTags(list);
    return parsed.ok ? parsed.value.map((tag) => prefix + tag) : [];
  };
  const wanted = new Set([...(tags === undefined ? present : namesOf(tags)), ...namesOf(addTags)]);
  for (const name of namesOf(removeTags)) wanted.delete(name);
  for (const name of present) if (!wanted.has(name)) map.delete(name);
  for (const name of wanted) if (!map.has(name)) map.set(name, 1);
};

/** Evidence, context and the like go on; who says it, and since when, is new. */
const sayAnew = (
  memory: Memory,
  item: DecisionItem | FactItem,
  { agent, confidence }: Edit,
  text: string,
): Result<Written, BadField | DocNotOpen> => {
  const { id, tags, project } = item;
  const birth = {
    at: memory.nowMs(),
    device: memory.device,
    agent,
    origins: undefined,
    supersedes: id,
  };
  const common = { tags, project };
  if (item.type === "decision") {
    const core: TypeOf<typeof decision.core> = { ...item.core, ...birth, decision: text };
    const fields = { title: item.title, pin: item.isPinned || undefined };
    return createEntry(memory, decision, { core, fields, ...common });
  }
  return createEntry(memory, fact, {
    core: {
      ...item.core,
      ...birth,
      claim: text,
      provenance: agent === undefined ? "user" : item.core.provenance,
      confidence: confidence ?? item.core.confidence,
    },
    fields: {
      sensitivity: item.sensitivity,
      validUntil: item.validUntilMs,
      pin: item.isPinned || undefined,
    },
    ...common,
  });
};
