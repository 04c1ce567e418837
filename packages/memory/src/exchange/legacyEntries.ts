/** Field by field, from the older Duro's entries to ours. */
import type { KindName } from "../entities/kinds.ts";
import type { Json, JsonObject } from "../json.ts";
import {
  type Artifact,
  compact,
  numberIn,
  objectIn,
  objectsIn,
  others,
  textIn,
  textsIn,
  timeMsOf,
} from "./legacyArtifact.ts";

export interface LegacyEntry {
  readonly type: KindName;
  readonly core: JsonObject;
  readonly fields?: JsonObject;
  readonly sets?: Readonly<Record<string, JsonObject>>;
  readonly lists?: Readonly<Record<string, JsonObject>>;
  readonly texts?: Readonly<Record<string, string>>;
}

const confidenceByDefault = 0.5;

const extraOf = (artifact: Artifact, used: readonly string[]): JsonObject =>
  compact({ ...artifact.rest, data: others(artifact.data, used) });

const among = <T extends string>(names: readonly T[], value: string | undefined): T | undefined =>
  names.find((name) => name === value);

const sensitivityOf = ({ sensitivity }: Artifact): string | undefined =>
  among(["public", "internal", "sensitive"], sensitivity);

export const factOf = (artifact: Artifact): LegacyEntry => {
  const { data } = artifact;
  const used = [
    "claim",
    "source_urls",
    "snippet",
    "confidence",
    "evidence_type",
    "provenance",
    "valid_from",
    "valid_until",
    "superseded_by",
    "importance",
    "pinned",
  ];
  return {
    type: "fact",
    core: compact({
      claim: data["claim"],
      kind: "fact",
      evidence: compact({
        type: textIn(data, "evidence_type"),
        snippet: textIn(data, "snippet"),
        urls: textsIn(data["source_urls"]),
      }),
      provenance:
        among(["user", "local_file", "tool_output", "web"], textIn(data, "provenance")) ??
        "unknown",
      confidence: numberIn(data, "confidence") ?? confidenceByDefault,
      importance: numberIn(data, "importance"),
      validFrom: timeMsOf(data["valid_from"]),
      extra: extraOf(artifact, used),
    }),
    fields: compact({
      pin: data["pinned"] === true ? true : undefined,
      sensitivity: sensitivityOf(artifact),
      validUntil: timeMsOf(data["valid_until"]),
      supersededBy: textIn(data, "superseded_by"),
    }),
  };
};

export const decisionOf = (artifact: Artifact): LegacyEntry => {
  const { data } = artifact;
  const used = ["decision", "rationale", "alternatives", "context", "reversible", "outcome"];
  return {
    type: "decision",
    core: compact({
      decision: data["decision"],
      rationale: textIn(data, "rationale") ?? "",
      alternatives: alternativesIn(data["alternatives"]),
      context: textIn(data, "context"),
      reversible: typeof data["reversible"] === "boolean" ? data["reversible"] : undefined,
      extra: extraOf(artifact, used),
    }),
  };
};

/** Texts in most versions, objects in some. */
const alternativesIn = (value: Json | undefined): readonly JsonObject[] => [
  ...textsIn(value).map((option) => ({ option })),
  ...objectsIn(value).map((one) =>
    compact({
      option: textIn(one, "option") ?? textIn(one, "name") ?? JSON.stringify(one),
      whyNot: textIn(one, "whyNot") ?? textIn(one, "why_not") ?? textIn(one, "reason"),
    }),
  ),
];

export const episodeOf = (artifact: Artifact): LegacyEntry => {
  const { data, atMs } = artifact;
  const context = objectIn(data, "context");
  const used = ["goal", "status", "plan", "actions", "result", "result_summary", "started_at"];
  const closed = timeMsOf(data["closed_at"]);
  return {
    type: "episode",
    core: compact({
      goal: data["goal"],
      kind: "work",
      plan: textsIn(data["plan"]),
      constraints: textsIn(context["constraints"]),
      started: timeMsOf(data["started_at"]) ?? atMs,
      extra: extraOf(artifact, [...used, "closed_at", "links"]),
    }),
    fields: compact({
      status: among(["open", "closed"], textIn(data, "status")) ?? "open",
      result: among(["success", "partial", "failed"], textIn(data, "result")),
      summary: textIn(data, "result_summary"),
      closed,
    }),
    sets: { links: linksIn(objectIn(data, "links")) },
    lists: { actions: actionsIn(data["actions"], atMs) },
  };
};

const linksIn = (links: JsonObject): JsonObject =>
  Object.fromEntries(
    Object.entries(links).flatMap(([relation, ids]) =>
      [...textsIn(ids), ...(typeof ids === "string" ? [ids] : [])].map(
        (id) => [`${relation}:${id}`, 1] as const,
      ),
    ),
  );

/** Under names that sort as they stood. */
const actionsIn = (value: Json | undefined, startedMs: number): JsonObject =>
  Object.fromEntries(
    objectsIn(value).map((action, index) => [
      `n${String(index).padStart(4, "0")}`,
      compact({
        at: timeMsOf(action["timestamp"]) ?? startedMs,
        s: textIn(action, "summary") ?? textIn(action, "tool") ?? "",
        tool: textIn(action, "tool"),
        ref: textIn(action, "run_id"),
      }),
    ]),
  );

export const skillOf = (artifact: Artifact): LegacyEntry => {
  const { data, atMs } = artifact;
  const steps = textsIn(data["steps"]);
  const used = ["name", "description", "steps", "tools_required", "tier"];
  return {
    type: "skill",
    core: compact({
      name: data["name"],
      origin: "import",
      created: atMs,
      extra: extraOf(artifact, used),
    }),
    fields: compact({
      tier: among(["core", "tested", "untested"], textIn(data, "tier")),
      tools: textsIn(data["tools_required"]),
    }),
    texts: {
      description: textIn(data, "description") ?? "",
      body: steps.map((step, index) => `${index + 1}. ${step}\n`).join(""),
    },
  };
};

/** What went wrong, why, and what was done: an episode of its own kind. */
export const incidentOf = (artifact: Artifact): LegacyEntry => {
  const { data, atMs } = artifact;
  const isOver = ["fixed", "verified"].includes(textIn(data, "status") ?? "");
  return {
    type: "episode",
    core: compact({
      goal: textIn(data, "symptom"),
      kind: "incident",
      started: atMs,
      details: others(data, ["related_recent_changes"]),
      extra: compact({ ...artifact.rest }),
    }),
    fields: compact({
      status: isOver ? "closed" : "open",
      result: isOver ? "success" : undefined,
      summary: textIn(data, "fix"),
    }),
    sets: { links: linksIn({ changes: data["related_recent_changes"] ?? [] }) },
  };
};

export const changeOf = (artifact: Artifact): LegacyEntry => ({
  type: "episode",
  core: compact({
    goal: textIn(artifact.data, "change"),
    kind: "change",
    started: artifact.atMs,
    details: compact({ ...artifact.data }),
    extra: compact({ ...artifact.rest }),
  }),
  fields: { status: "closed", result: "success" },
});
