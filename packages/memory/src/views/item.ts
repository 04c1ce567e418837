/** What a reader gets of an entry: its words, and what they fold to at a time. */
import { projectOf } from "../docs/directory.ts";
import { kinds, type KindName } from "../entities/kinds.ts";
import { type EntryId, isEntryId } from "../ids.ts";
import { byText } from "../json.ts";
import type { Memory } from "../memory.ts";
import { type Entry, readEntry, type Source } from "../store.ts";
import { confidenceAt } from "../folds/confidence.ts";
import { foldDecision } from "../folds/decisionStatus.ts";
import { type Event, eventsOf } from "../folds/events.ts";
import { bestTrust, type Trust, trustOf } from "../folds/trust.ts";

import type { DecisionItem, EntryOf, FactItem, Item, ItemBase, OtherItem } from "./itemTypes.ts";

export type ReadSource = Source & { readonly memory: Memory };

/** What an entry without a birth of its own counts as sure as. */
const decisionConfidenceAtBirth = 0.5;

/** Undefined for none, for one that is gone, and for one that a newer version wrote. */
export const readItem = (
  source: ReadSource,
  type: KindName,
  id: EntryId,
  events: readonly Event[] = eventsOf(source, id),
): Item | undefined => {
  if (type === "fact")
    return ifAny(readEntry(source, kinds.fact, id), (e) => factItem(source, e, events));
  if (type === "decision")
    return ifAny(readEntry(source, kinds.decision, id), (e) => decisionItem(source, e, events));
  return otherItem(source, type, id, events);
};

const ifAny = <T, U>(value: T | undefined, use: (value: T) => U): U | undefined =>
  value === undefined ? undefined : use(value);

interface AnyEntry extends Pick<
  Entry<unknown>,
  "author" | "doc" | "forgottenBy" | "id" | "isAltered" | "sets"
> {
  readonly core: {
    readonly at: number;
    readonly agent?: object | undefined;
    readonly origins?: readonly string[] | undefined;
    readonly provenance?: string | undefined;
  };
  readonly fields: {
    readonly pin?: boolean | undefined;
    readonly supersededBy?: string | undefined;
    readonly deleted?: { readonly at: number } | undefined;
  };
}

const baseOf = (entry: AnyEntry, text: string, events: readonly Event[]): ItemBase => ({
  id: entry.id,
  doc: entry.doc,
  project: projectOf(entry.doc),
  text,
  atMs: entry.core.at,
  device: entry.author?.device,
  tags: membersOf(entry, "tags"),
  isAltered: entry.isAltered,
  isPinned: entry.fields.pin === true,
  forgottenMs: entry.fields.deleted?.at,
  forgottenBy: entry.forgottenBy?.device,
  supersededBy: isEntryId(entry.fields.supersededBy) ? entry.fields.supersededBy : undefined,
  trust: trustIn(entry, events),
});

const trustIn = (entry: AnyEntry, events: readonly Event[]): Trust => {
  const { core, author, isAltered, sets } = entry;
  const own = trustOf({ core, author, isAltered, events });
  return isAltered || author === undefined
    ? own
    : bestTrust(own, sets["duplicates"]?.values() ?? []);
};

export const membersOf = ({ sets }: Pick<Entry<unknown>, "sets">, set: string): readonly string[] =>
  [...(sets[set]?.keys() ?? [])].toSorted(byText);

const duplicatesIn = (entry: Pick<Entry<unknown>, "sets">): readonly EntryId[] =>
  membersOf(entry, "duplicates").filter(isEntryId);

const factItem = (
  { memory }: ReadSource,
  entry: EntryOf<"fact">,
  events: readonly Event[],
): FactItem => {
  const { core, fields } = entry;
  const nowMs = memory.nowMs();
  const base = baseOf(entry, core.claim, events);
  return {
    ...base,
    type: "fact",
    core,
    sensitivity: fields.sensitivity ?? "internal",
    validUntilMs: fields.validUntil,
    isValid:
      (core.validFrom ?? 0) <= nowMs && nowMs < (fields.validUntil ?? Number.POSITIVE_INFINITY),
    confidence: confidenceAt({
      atBirth: core.confidence,
      bornMs: core.at,
      kind: core.kind,
      isPinned: base.isPinned,
      events,
      nowMs,
    }),
    duplicates: duplicatesIn(entry),
  };
};

const decisionItem = (
  { memory }: ReadSource,
  entry: EntryOf<"decision">,
  events: readonly Event[],
): DecisionItem => {
  const { core, fields } = entry;
  const nowMs = memory.nowMs();
  const { status, standing } = foldDecision(events);
  const base = baseOf(entry, core.decision, events);
  const reviewAfter = core.reviewAfter ?? Number.POSITIVE_INFINITY;
  const isReviewed = events.some(({ core: { t }, atMs }) => t === "review" && atMs >= reviewAfter);
  return {
    ...base,
    type: "decision",
    core,
    title: fields.title,
    status,
    standing,
    isDueForReview: reviewAfter <= nowMs && status === "pending" && !isReviewed,
    confidence: confidenceAt({
      atBirth: core.confidence ?? decisionConfidenceAtBirth,
      bornMs: core.at,
      kind: "decision",
      isPinned: base.isPinned,
      events,
      nowMs,
    }),
    duplicates: duplicatesIn(entry),
  };
};

const otherItem = (
  source: ReadSource,
  type: Exclude<KindName, "decision" | "fact">,
  id: EntryId,
  events: readonly Event[],
): Item | undefined => {
  const make = <T extends Exclude<KindName, "decision" | "fact">>(
    kind: T,
    entry: EntryOf<T> & AnyEntry,
    text: string,
  ): OtherItem<T> => ({ ...baseOf(entry, text, events), type: kind, core: entry.core, entry });
  switch (type) {
    case "episode":
      return ifAny(readEntry(source, kinds.episode, id), (e) => make(type, e, e.core.goal));
    case "skill":
      return ifAny(readEntry(source, kinds.skill, id), (e) => make(type, e, e.core.name));
    case "session":
      return ifAny(readEntry(source, kinds.session, id), (e) =>
        make(type, e, e.fields.title?.text ?? e.core.firstPrompt ?? e.core.nativeId),
      );
    case "checkpoint":
      return ifAny(readEntry(source, kinds.checkpoint, id), (e) => make(type, e, e.core.name));
    case "task":
      return ifAny(readEntry(source, kinds.task, id), (e) => make(type, e, e.fields.title ?? ""));
    case "project":
      return ifAny(readEntry(source, kinds.project, id), (e) => make(type, e, e.fields.name ?? ""));
  }
};
