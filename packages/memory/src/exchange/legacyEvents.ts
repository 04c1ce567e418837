/** What happened to the older Duro's entries, as events. */
import type { Json, JsonObject } from "../json.ts";
import type { IncomingEvent } from "./incoming.ts";
import {
  type Artifact,
  compact,
  numberIn,
  objectIn,
  objectsIn,
  others,
  textIn,
  timeMsOf,
} from "./legacyArtifact.ts";

const verdictByStatus: ReadonlyMap<string, string> = new Map([
  ["validated", "validate"],
  ["reversed", "reverse"],
  ["superseded", "supersede"],
  ["partial", "partial"],
]);

interface EventPlan {
  /** Behind the entry's own id: makes a second import find it again. */
  readonly name: string;
  readonly of: string;
  readonly at: number;
  readonly t: string;
  readonly tick?: number;
  readonly more?: Readonly<Record<string, Json | undefined>>;
}

const eventOf = ({ name, of, at, t, tick = 0, more = {} }: EventPlan): IncomingEvent => ({
  origins: [name],
  of,
  core: compact({ t, at, tick, by: "agent", ...more }),
});

/** It kept what the confidence had become; so we say what it is from then on. */
export const factEvents = ({ id, data }: Artifact): readonly IncomingEvent[] => {
  const at = timeMsOf(data["last_reinforced_at"]);
  const confidence = numberIn(data, "confidence");
  return at === undefined || confidence === undefined
    ? []
    : [eventOf({ name: `${id}#reinforced`, of: id, at, t: "review", more: { confidence } })];
};

/** Its verdicts, or the one its outcome tells of, and the confidence that they came to. */
export const outcomeEvents = (
  decision: Artifact,
  validations: readonly Artifact[],
): readonly IncomingEvent[] => {
  const { id, data, atMs } = decision;
  const outcome = objectIn(data, "outcome");
  const t = verdictByStatus.get(textIn(outcome, "status") ?? "");
  const verifiedMs = timeMsOf(outcome["verified_at"]) ?? timeMsOf(decision.rest["updated_at"]);
  const at = Math.max(verifiedMs ?? atMs, ...validations.map((one) => one.atMs));
  const given = validationEvents(id, validations);
  const told =
    t === undefined || given.at(-1)?.core["t"] === t
      ? []
      : [
          eventOf({
            name: `${id}#outcome`,
            of: id,
            at,
            t,
            tick: 1,
            more: {
              evidence: compact({
                text: evidenceText(outcome["evidence"]),
                session: objectsIn(outcome["evidence"])
                  .map((one) => textIn(one, "episode_id"))
                  .findLast((one) => one !== undefined),
              }),
              resolves: given.map(({ origins }) => origins[0]),
            },
          }),
        ];
  const confidence = numberIn(outcome, "confidence");
  const known =
    confidence === undefined
      ? []
      : [
          eventOf({
            name: `${id}#confidence`,
            of: id,
            at,
            t: "review",
            tick: 2,
            more: { confidence },
          }),
        ];
  return [...given, ...told, ...known];
};

const validationFields = [
  "decision_id",
  "status",
  "expected_outcome",
  "actual_outcome",
  "result",
  "notes",
  "episode_id",
];

/** One after the other, as one process wrote them: each knew those before it. */
export const validationEvents = (
  of: string,
  validations: readonly Artifact[],
): readonly IncomingEvent[] =>
  validations.flatMap(({ id, atMs, data }, index) => {
    const t = verdictByStatus.get(textIn(data, "status") ?? "");
    if (t === undefined) return [];
    const more = {
      expected: textIn(data, "expected_outcome"),
      actual: textIn(data, "actual_outcome"),
      result: resultIn(data),
      evidence: compact({ text: textIn(data, "notes"), session: textIn(data, "episode_id") }),
      resolves: validations.slice(0, index).map((one) => one.id),
      extra: others(data, validationFields),
    };
    return [eventOf({ name: id, of, at: atMs, t, more })];
  });

export const evaluationEvents = ({ id, atMs, data }: Artifact): readonly IncomingEvent[] => {
  const of = textIn(data, "episode_id");
  if (of === undefined) return [];
  const actual = [textIn(data, "grade"), textIn(data, "next_change")].filter(Boolean).join(": ");
  const more = { actual, extra: others(data, ["episode_id", "grade", "next_change"]) };
  return [eventOf({ name: id, of, at: atMs, t: "review", more })];
};

const resultIn = (data: JsonObject): string | undefined => {
  const result = textIn(data, "result");
  return result === "success" || result === "partial" || result === "failed" ? result : undefined;
};

const evidenceText = (value: Json | undefined): string | undefined => {
  const lines = objectsIn(value).map((one) =>
    [textIn(one, "episode_id"), textIn(one, "result"), textIn(one, "notes")]
      .filter((part) => part !== undefined)
      .join(" "),
  );
  return lines.length === 0 ? undefined : lines.join("\n");
};
