/**
 * The vault as pages for people. `memory.json` beside them holds everything, and is what an import reads;
 * the pages leave out what nobody reads.
 */
import { isJsonObject, type Json, type JsonObject } from "../json.ts";
import type { ExportedEntry, ExportPart } from "./exportDoc.ts";
import { joinParts } from "./joinParts.ts";
import { exportToJson } from "./exportJson.ts";

export interface ExportFile {
  /** With slashes, safe on every system. */
  readonly path: string;
  readonly text: string;
}

export const exportFileName = "memory.json";

export const exportToFiles = (
  parts: readonly ExportPart[],
  format: "json" | "md",
): readonly ExportFile[] => {
  const json = { path: exportFileName, text: exportToJson(parts) };
  return format === "json" ? [json] : [...pagesOf(joinParts(parts)), json];
};

const titles = {
  fact: "Facts",
  decision: "Decisions",
  episode: "Episodes",
  session: "Sessions",
  checkpoint: "Checkpoints",
  task: "Tasks",
  project: "Projects",
} as const;

const pagesOf = ({ entries, events }: ExportPart): readonly ExportFile[] => {
  const eventsById = Map.groupBy(events, ({ core }) => core["of"]);
  const names = new Map(
    entries
      .filter(({ type }) => type === "project")
      .map(({ id, fields }) => [id, textOf(fields["name"]) || id]),
  );
  const sectionOf = (entry: ExportedEntry): string =>
    section(entry, eventsById.get(entry.id)?.map(({ core }) => core) ?? []);
  const pages = Object.entries(titles).flatMap(([type, title]) => {
    const all = entries.filter((entry) => entry.type === type);
    const byProject = Map.groupBy(all, ({ project }) => project);
    const chapters = [...byProject].map(([project, group]) => {
      const head = project === undefined ? [] : [`## Project ${names.get(project) ?? project}`];
      return [...head, ...group.map(sectionOf)].join("\n\n");
    });
    if (all.length === 0) return [];
    return [
      { path: `${title.toLowerCase()}.md`, text: `# ${title}\n\n${chapters.join("\n\n")}\n` },
    ];
  });
  return [...pages, ...entries.filter(({ type }) => type === "skill").map(skillFile)];
};

const textOf = (value: Json | undefined): string => (typeof value === "string" ? value : "");

/** One line, in which nothing of Markdown or HTML begins. */
const line = (text: string): string =>
  text
    .replaceAll(/\s+/gu, " ")
    .trim()
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(/[\\*_[\]#|]/gu, String.raw`\$&`);

/** The last millisecond that a date can be. */
const dateMsMax = 8.64e15;

const isoOf = (value: Json | undefined): string =>
  typeof value === "number" && Math.abs(value) <= dateMsMax ? new Date(value).toISOString() : "";

const timeNames = new Set(["at", "closed", "created", "ended", "reviewAfter", "started"]);
const isTime = (name: string): boolean => timeNames.has(name) || name.startsWith("valid");
const headNames = ["claim", "decision", "goal", "name", "nativeId"];
const unread = new Set([...headNames, "extra", "origins", "device", "manifest"]);

const section = (
  { id, core, fields, sets, texts }: ExportedEntry,
  events: readonly JsonObject[],
): string => {
  const title = [fields["title"], ...headNames.map((name) => core[name]), fields["name"]]
    .map(textOf)
    .find((text) => text !== "");
  const tags = Object.keys(sets["tags"] ?? {}).toSorted();
  const notes = Object.entries(sets["actions"] ?? sets["comments"] ?? {}).toSorted(byName);
  return [
    `### ${line(title ?? id)}`,
    [
      `- id: ${id}`,
      ...(tags.length === 0 ? [] : [`- tags: ${tags.map(line).join(", ")}`]),
      ...facets(core),
      ...facets(fields),
      ...notes.map(([, note]) => `- ${line(isJsonObject(note) ? spelled(note) : "")}`),
      ...events.toSorted(byTime).map((event) => `- ${isoOf(event["at"])} ${line(spelled(event))}`),
    ].join("\n"),
    ...Object.values(texts).filter((text) => text !== ""),
  ].join("\n\n");
};

const byName = ([a]: readonly [string, Json], [b]: readonly [string, Json]): number =>
  a < b ? -1 : a > b ? 1 : 0;

const byTime = (a: JsonObject, b: JsonObject): number => Number(a["at"]) - Number(b["at"]);

const facets = (values: JsonObject): readonly string[] =>
  Object.entries(values)
    .toSorted(byName)
    .flatMap(([name, value]) => {
      if (unread.has(name) || value === null) return [];
      return [`- ${name}: ${isTime(name) ? isoOf(value) : line(wordsOf(value))}`];
    });

const wordsOf = (value: Json): string => {
  if (Array.isArray(value)) return (value as readonly Json[]).map(wordsOf).join("; ");
  if (isJsonObject(value)) return spelled(value);
  return typeof value === "string" ? value : JSON.stringify(value);
};

/** An object in a row: what it says, without ids and clocks. */
const spelled = (value: JsonObject): string =>
  Object.entries(value)
    .toSorted(byName)
    .filter(([name]) => !["at", "of", "origins", "resolves", "tick", "device"].includes(name))
    .map(([name, one]) =>
      name === "s" || name === "t" ? wordsOf(one) : `${name}: ${wordsOf(one)}`,
    )
    .join(", ");

/** As agents read them: a folder of its own, and a head that names it. */
const skillFile = ({ id, core, texts }: ExportedEntry): ExportFile => {
  const name = textOf(core["name"]);
  const head = [
    "---",
    `name: ${JSON.stringify(name)}`,
    `description: ${JSON.stringify(texts["description"] ?? "")}`,
    "---",
  ].join("\n");
  return {
    path: `skills/${fileNameOf(name)}-${id}/SKILL.md`,
    text: `${head}\n\n${texts["body"] ?? ""}`,
  };
};

/** Two skills may have one name, and a name may be no file's name: the id behind it tells them apart. */
const fileNameOf = (name: string): string =>
  name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/gu, "-")
    .replaceAll(/^-+|-+$/gu, "")
    .slice(0, 60);
