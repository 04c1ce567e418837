/**
 * Reads the JSON files of the older Duro (`~/.agent/memory/<type>/<id>.json`). What has no place here is
 * kept in the core's `extra`, so nothing that was noted is lost.
 */
import type { EntryId } from "../ids.ts";
import { isJsonObject, type JsonObject, parseJson } from "../json.ts";
import type { Incoming, IncomingEntry, IncomingEvent, Skipped } from "./incoming.ts";
import {
  decisionOf,
  episodeOf,
  factOf,
  incidentOf,
  changeOf,
  skillOf,
  type LegacyEntry,
} from "./legacyEntries.ts";
import { evaluationEvents, factEvents, outcomeEvents, validationEvents } from "./legacyEvents.ts";
import { type Artifact, parseArtifact, textIn, textsIn } from "./legacyArtifact.ts";

export interface TextFile {
  /** From the folder that is imported, with slashes. */
  readonly path: string;
  readonly text: string;
}

/** Copies made before something was deleted: to bring them in would bring that back. */
const backupPath = /(?:^|\/)backups\//u;

const entryMakers: Readonly<Record<string, (artifact: Artifact) => LegacyEntry>> = {
  fact: factOf,
  decision: decisionOf,
  episode: episodeOf,
  skill: skillOf,
  incident_rca: incidentOf,
  recent_change: changeOf,
};

/** Types whose content is an event of another, or that have no place here. */
const eventTypes = new Set(["decision_validation", "evaluation"]);

export const parseLegacy = (
  files: readonly TextFile[],
  { project }: { readonly project?: EntryId | undefined } = {},
): Incoming => {
  const skipped: Skipped[] = [];
  const artifacts = files
    .filter(({ path }) => path.endsWith(".json") && !backupPath.test(path))
    .flatMap((file) => artifactIn(file, skipped));
  const byAge = artifacts.toSorted((a, b) => a.atMs - b.atMs || (a.id < b.id ? -1 : 1));
  const entries = byAge.flatMap((artifact) => entryOf(artifact, project, skipped));
  return { entries: withUses(entries, byAge), events: eventsOf(byAge), skipped };
};

/** A decision named the episodes that used it; here an episode names its decisions. */
const withUses = (
  entries: readonly IncomingEntry[],
  artifacts: readonly Artifact[],
): readonly IncomingEntry[] => {
  const uses = new Map<string, string[]>();
  for (const { id, type, data } of artifacts)
    if (type === "decision")
      for (const episode of textsIn(data["episodes_used"]))
        uses.set(episode, [...(uses.get(episode) ?? []), `decisions_used:${id}`]);
  return entries.map((entry) => {
    const used = entry.type === "episode" ? uses.get(entry.origins[0]) : undefined;
    if (used === undefined) return entry;
    const { sets } = entry;
    const links = { ...sets["links"], ...Object.fromEntries(used.map((link) => [link, 1])) };
    return Object.assign({}, entry, { sets: { ...sets, links } });
  });
};

const artifactIn = ({ path, text }: TextFile, skipped: Skipped[]): readonly Artifact[] => {
  const value = parseJson(text);
  if (value === undefined || !isJsonObject(value)) {
    skipped.push({ what: path, why: "NoJson" });
    return [];
  }
  const artifact = parseArtifact(value);
  if (artifact.ok) return [artifact.value];
  skipped.push({ what: path, why: artifact.error });
  return [];
};

const entryOf = (
  artifact: Artifact,
  project: EntryId | undefined,
  skipped: Skipped[],
): readonly IncomingEntry[] => {
  const { id, type, atMs, tags } = artifact;
  const make = Object.hasOwn(entryMakers, type) ? entryMakers[type] : undefined;
  if (make === undefined) {
    if (!eventTypes.has(type)) skipped.push({ what: id, why: "NotKept" });
    return [];
  }
  const { fields = {}, sets = {}, lists = {}, texts = {}, ...made } = make(artifact);
  const core: JsonObject = { ...made.core, at: atMs };
  const named = Object.fromEntries(tags.map((tag) => [tag, 1]));
  return [
    {
      type: made.type,
      origins: [id],
      project: made.type === "skill" ? undefined : project,
      atMs,
      core,
      fields,
      sets: { ...sets, tags: named },
      lists,
      texts,
    },
  ];
};

const eventsOf = (artifacts: readonly Artifact[]): readonly IncomingEvent[] => {
  const validations = Map.groupBy(
    artifacts.filter(({ type }) => type === "decision_validation"),
    ({ data }) => textIn(data, "decision_id") ?? "",
  );
  const decided = new Set(artifacts.filter(({ type }) => type === "decision").map(({ id }) => id));
  return [
    ...artifacts.filter(({ type }) => type === "fact").flatMap(factEvents),
    ...artifacts
      .filter(({ type }) => type === "decision")
      .flatMap((one) => outcomeEvents(one, validations.get(one.id) ?? [])),
    ...[...validations].flatMap(([of, all]) => (decided.has(of) ? [] : validationEvents(of, all))),
    ...artifacts.filter(({ type }) => type === "evaluation").flatMap(evaluationEvents),
  ];
};
