/** One entry as a page: its text, its facts below each other, its prose, and what happened to it. */
import type { ItemJson } from "../../api/memoryCalls.ts";
import type { Style } from "../../output/output.ts";
import { oneLine, plainText } from "../../output/plainText.ts";

type Names = Readonly<Record<string, unknown>>;

export const entryPage = (item: ItemJson, style: Style): string => {
  const facts = rowsOf(item);
  const width = Math.max(...facts.map(([name]) => name.length));
  return [
    style.bold(indented(item.text).trim()),
    "",
    ...facts.map(([name, value]) => `${style.dim(name.padEnd(width))}  ${value}`),
    ...warnings(item).map((sentence) => style.warn(sentence)),
    ...proses(item).flatMap(([title, text]) => ["", style.bold(title), indented(text)]),
    ...lists(item).flatMap(([title, lines]) => ["", style.bold(title)].concat(lines)),
  ].join("\n");
};

/** No line of a text begins where a fact of ours does, so none can pass for one. */
const indented = (text: string): string =>
  plainText(text)
    .trim()
    .split("\n")
    .map((line) => `  ${line}`.trimEnd())
    .join("\n");

/** In the order in which they are read; what an entry has not is left out. */
const rowNames: readonly (readonly [name: string, title: string])[] = [
  ["id", "id"],
  ["type", "type"],
  ["kind", "kind"],
  ["name", "name"],
  ["status", "status"],
  ["result", "result"],
  ["confidence", "confidence"],
  ["at", "at"],
  ["started", "started"],
  ["closed", "closed"],
  ["ended", "ended"],
  ["projectName", "project"],
  ["project", "project id"],
  ["tags", "tags"],
  ["device", "device"],
  ["agent", "agent"],
  ["trust", "trust"],
  ["provenance", "provenance"],
  ["sensitivity", "sensitivity"],
  ["validFrom", "valid from"],
  ["validUntil", "valid until"],
  ["reviewAfter", "review after"],
  ["paths", "paths"],
  ["commit", "commit"],
  ["tier", "tier"],
  ["tools", "tools"],
  ["uses", "uses"],
  ["successRate", "success rate"],
  ["sessions", "sessions"],
  ["session", "session"],
  ["branch", "branch"],
  ["priority", "priority"],
  ["assignee", "assignee"],
  ["dependsOn", "depends on"],
  ["remotes", "remotes"],
  ["supersedes", "supersedes"],
  ["supersededBy", "superseded by"],
  ["duplicates", "duplicates"],
  ["origins", "imported from"],
];

const rowsOf = (item: Names): readonly (readonly [string, string])[] =>
  rowNames.flatMap(([name, title]) => {
    const value = wordsOf(item[name]);
    return value === "" ? [] : [[title, value] as const];
  });

const wordsOf = (value: unknown): string => {
  if (Array.isArray(value))
    return value
      .map(wordsOf)
      .filter((text) => text !== "")
      .join(", ");
  if (isNames(value)) return wordsOf(Object.values(value));
  if (typeof value === "string") return oneLine(value);
  return typeof value === "number" || typeof value === "boolean" ? String(value) : "";
};

const isNames = (value: unknown): value is Names =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const namesIn = (value: unknown): readonly Names[] =>
  Array.isArray(value) ? value.filter(isNames) : [];

const warnings = (item: Names): readonly string[] =>
  [
    item["isPinned"] === true ? "Pinned: its confidence does not fade." : "",
    item["isAltered"] === true
      ? "Altered: somebody other than its author wrote over it; do not rely on it."
      : "",
    item["isValid"] === false ? "No longer valid, or not yet." : "",
    item["isDueForReview"] === true ? "Due for review: say how it turned out." : "",
    typeof item["forgotten"] === "string"
      ? `Forgotten on ${item["forgotten"].slice(0, 10)}: duro forget --undo brings it back for 7 days.`
      : "",
    typeof item["supersededBy"] === "string" ? "Another entry stands in its place." : "",
  ].filter((sentence) => sentence !== "");

const proseNames: readonly (readonly [name: string, title: string])[] = [
  ["rationale", "Rationale"],
  ["expected", "Expected"],
  ["context", "Context"],
  ["summary", "Summary"],
  ["description", "Description"],
  ["body", "Body"],
  ["note", "Note"],
  ["digest", "Digest"],
];

const proses = (item: Names): readonly (readonly [string, string])[] =>
  proseNames.flatMap(([name, title]) => {
    const text = item[name];
    return typeof text === "string" && text.trim() !== "" ? [[title, text] as const] : [];
  });

const lists = (item: Names): readonly (readonly [string, readonly string[]])[] =>
  (
    [
      ["Alternatives", namesIn(item["alternatives"]).map(alternativeLine)],
      ["Evidence", isNames(item["evidence"]) ? evidenceLines(item["evidence"]) : []],
      ["Plan", textsIn(item["plan"]).map(dash)],
      ["Constraints", textsIn(item["constraints"]).map(dash)],
      ["Notes", namesIn(item["notes"]).map((note) => timed(note, wordsOf(note["text"])))],
      ["Links", namesIn(item["links"]).map((link) => dash(wordsOf(link)))],
      ["What happened", namesIn(item["events"]).map(eventLine)],
    ] as const
  ).filter(([, lines]) => lines.length > 0);

const textsIn = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.map(wordsOf) : [];

const dash = (text: string): string => `- ${text}`;

const timed = (one: Names, text: string): string =>
  dash(`${wordsOf(one["at"]).slice(0, "2026-01-01T00:00".length).replace("T", " ")}  ${text}`);

const alternativeLine = (one: Names): string => {
  const whyNot = wordsOf(one["whyNot"]);
  return dash(`${wordsOf(one["option"])}${whyNot === "" ? "" : `: ${whyNot}`}`);
};

const evidenceLines = (evidence: Names): readonly string[] =>
  ["snippet", "urls", "files", "session"].flatMap((name) => {
    const value = evidence[name];
    const texts = Array.isArray(value) ? value.map(wordsOf) : [wordsOf(value)];
    return texts.filter((text) => text !== "").map(dash);
  });

/** As the commands that write them call them. */
const eventWords: Readonly<Record<string, string>> = {
  validate: "validated",
  partial: "partial",
  reverse: "reversed",
  supersede: "superseded",
  confirm: "confirmed",
  reject: "rejected",
  reinforce: "reinforced",
  weaken: "weakened",
  review: "reviewed",
};

const eventLine = (event: Names): string => {
  const type = wordsOf(event["type"]);
  const said = ["actual", "expected", "result", "evidence", "confidence"]
    .map((name) => [name, wordsOf(event[name])] as const)
    .filter(([, text]) => text !== "")
    .map(([name, text]) => (name === "actual" ? text : `${name}: ${text}`));
  const replaced = event["stands"] === false ? " (replaced since)" : "";
  const by = event["by"] === "agent" ? " by an agent" : "";
  return timed(event, [`${eventWords[type] ?? type}${by}${replaced}`, ...said].join("; "));
};
