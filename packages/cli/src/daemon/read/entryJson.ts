/**
 * An entry as `show` prints it: what every entry has, and what its type has. The names are a contract:
 * docs/cli.md says what each of them means.
 */
import { actionsOf, type EntryId, type Event, type Item, usesOf } from "@duro/memory";
import type { ItemJson } from "../../api/memoryCalls.ts";
import { eventJson } from "./eventJson.ts";
import { isoOf, itemJson } from "./itemJson.ts";

export interface Surroundings {
  /** Oldest first. */
  readonly history: readonly Event[];
  readonly projectName: string | undefined;
}

export const entryJson = (item: Item, { history, projectName }: Surroundings): ItemJson => ({
  ...itemJson(item),
  ...without({
    projectName,
    ...ofType(item),
    trust: item.trust,
    isAltered: item.isAltered,
    isPinned: item.isPinned,
    agent: "agent" in item.core ? item.core.agent : undefined,
    origins: "origins" in item.core ? item.core.origins : undefined,
    supersedes: "supersedes" in item.core ? item.core.supersedes : undefined,
    supersededBy: item.supersededBy,
    forgotten: isoIfAny(item.forgottenMs),
    events: history.length === 0 ? undefined : history.map((event) => eventJson(event, item)),
  }),
});

/** What is not known is left out, and not null. */
const without = (names: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(names).filter(([, value]) => value !== undefined));

const isoIfAny = (atMs: number | undefined): string | undefined =>
  atMs === undefined ? undefined : isoOf(atMs);

/** More digits would change from one day to the next, and say nothing. */
const twoDigits = (share: number): number => Math.round(share * 100) / 100;

const ofType = (item: Item): Readonly<Record<string, unknown>> => {
  switch (item.type) {
    case "fact":
      return ofFact(item);
    case "decision":
      return ofDecision(item);
    case "episode":
      return ofEpisode(item);
    case "skill":
      return ofSkill(item);
    case "session": {
      const { started, cwd: _, at: __, ...core } = item.core;
      const { status, ended, digest } = item.entry.fields;
      return { ...core, started: isoOf(started), ended: isoIfAny(ended), status, digest };
    }
    case "checkpoint": {
      const { session, message, name, note, gitHead } = item.core;
      return { session, message, name, note, gitHead };
    }
    case "task": {
      const { status, priority, assignee } = item.entry.fields;
      const { description } = item.entry.texts;
      return { status, priority, assignee, description, dependsOn: namesIn(item, "dependsOn") };
    }
    case "project":
      return { name: item.text, remotes: namesIn(item, "remotes") };
  }
};

type Of<T extends Item["type"]> = Extract<Item, { readonly type: T }>;

const ofFact = ({
  core,
  confidence,
  sensitivity,
  isValid,
  validUntilMs,
  duplicates,
}: Of<"fact">) => ({
  kind: core.kind,
  confidence: twoDigits(confidence),
  importance: core.importance,
  evidence: core.evidence,
  provenance: core.provenance,
  sensitivity,
  isValid,
  validFrom: isoIfAny(core.validFrom),
  validUntil: isoIfAny(validUntilMs),
  duplicates: unlessEmpty(duplicates),
});

const ofDecision = ({
  core,
  title,
  status,
  confidence,
  isDueForReview,
  duplicates,
}: Of<"decision">) => ({
  title,
  status,
  confidence: twoDigits(confidence),
  rationale: core.rationale,
  expected: core.expected,
  alternatives: core.alternatives,
  context: core.context,
  paths: core.paths,
  commit: core.commit,
  reversible: core.reversible,
  reviewAfter: isoIfAny(core.reviewAfter),
  isDueForReview,
  duplicates: unlessEmpty(duplicates),
});

const ofEpisode = ({ core, entry }: Of<"episode">) => ({
  kind: core.kind,
  status: entry.fields.status ?? "open",
  result: entry.fields.result,
  // A closing without one leaves an empty text.
  summary: entry.fields.summary === "" ? undefined : entry.fields.summary,
  started: isoOf(core.started),
  closed: isoIfAny(entry.fields.closed),
  plan: core.plan,
  constraints: core.constraints,
  sessions: core.sessions,
  details: core.details,
  notes: actionsOf(entry.lists).map(({ at, s, tool, ref }) =>
    without({ at: isoOf(at), text: s, tool, ref }),
  ),
  links: unlessEmpty(
    [...(entry.sets["links"]?.keys() ?? [])].flatMap((link) => {
      const [relation, id] = link.split(":");
      return relation === undefined || id === undefined ? [] : [{ relation, id }];
    }),
  ),
});

const ofSkill = ({ core, entry }: Of<"skill">) => {
  const { count, successRate } = usesOf(entry);
  const { description, body } = entry.texts;
  const { tier, tools } = entry.fields;
  return {
    name: core.name,
    description,
    body,
    tier,
    tools,
    origin: core.origin,
    uses: count,
    successRate: successRate === undefined ? undefined : twoDigits(successRate),
  };
};

const namesIn = (
  { entry }: Extract<Item, { readonly entry: unknown }>,
  set: string,
): readonly string[] => [...(entry.sets[set]?.keys() ?? [])].toSorted();

const unlessEmpty = <T extends EntryId | object>(list: readonly T[]): readonly T[] | undefined =>
  list.length === 0 ? undefined : list;
