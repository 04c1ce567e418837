/** The envelope around everything that the older Duro wrote. */
import { parseTags } from "../commands/create.ts";
import { isJsonObject, type Json, type JsonObject } from "../json.ts";
import { err, ok, type Result } from "../result.ts";
import { isName } from "./incoming.ts";

export interface Artifact {
  readonly id: string;
  readonly type: string;
  readonly atMs: number;
  readonly tags: readonly string[];
  readonly sensitivity: string | undefined;
  readonly data: JsonObject;
  /** What of the envelope has no place: workflow, run, version, later changes. */
  readonly rest: JsonObject;
}

/** It wrote UTC, in later versions with a mark that says so. */
export const timeMsOf = (value: Json | undefined): number | undefined => {
  if (typeof value !== "string") return undefined;
  const hasZone = /(?:Z|[+-]\d\d:?\d\d)$/u.test(value);
  const ms = Date.parse(hasZone || !value.includes("T") ? value : `${value}Z`);
  return Number.isNaN(ms) || ms < 0 ? undefined : ms;
};

/** `fact_20260210_123456_abc123` */
const timeOfOldId = (id: string): number | undefined => {
  const { day, time } = /_(?<day>\d{8})_(?<time>\d{6})_/u.exec(id)?.groups ?? {};
  if (day === undefined || time === undefined) return undefined;
  const date = `${day.slice(0, 4)}-${day.slice(4, 6)}-${day.slice(6)}`;
  return timeMsOf(`${date}T${time.slice(0, 2)}:${time.slice(2, 4)}:${time.slice(4)}Z`);
};

export const parseArtifact = (value: JsonObject): Result<Artifact, "NoTime" | "TypeUnknown"> => {
  const { id, type, data, tags, sensitivity, created_at: created, ...rest } = value;
  if (typeof id !== "string" || !isName(id) || typeof type !== "string" || !isObject(data))
    return err("TypeUnknown");
  const atMs = timeMsOf(created) ?? timeOfOldId(id);
  if (atMs === undefined) return err("NoTime");
  const good = textsIn(tags).filter((tag) => parseTags([tag]).ok);
  const parsed = parseTags(good.slice(0, 100));
  return ok({
    id,
    type,
    atMs,
    tags: parsed.ok ? parsed.value : [],
    sensitivity: typeof sensitivity === "string" ? sensitivity : undefined,
    data,
    rest,
  });
};

const isObject = (value: Json | undefined): value is JsonObject =>
  value !== undefined && isJsonObject(value);

export const objectIn = (from: JsonObject, name: string): JsonObject => {
  const value = from[name];
  return isObject(value) ? value : {};
};

/** Its absent values are null, empty texts mean the same. */
export const textIn = (from: JsonObject, name: string): string | undefined => {
  const value = from[name];
  return typeof value === "string" && value !== "" ? value : undefined;
};

export const numberIn = (from: JsonObject, name: string): number | undefined => {
  const value = from[name];
  return typeof value === "number" ? value : undefined;
};

export const textsIn = (value: Json | undefined): readonly string[] =>
  Array.isArray(value)
    ? (value as readonly Json[]).filter((one) => typeof one === "string").map(String)
    : [];

export const objectsIn = (value: Json | undefined): readonly JsonObject[] =>
  Array.isArray(value) ? (value as readonly Json[]).filter(isObject) : [];

/** Without names that have nothing to say, and undefined where all have nothing. */
export const compact = (values: Readonly<Record<string, Json | undefined>>): JsonObject =>
  Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) =>
      value === undefined || value === null || isEmpty(value) ? [] : [[name, value] as const],
    ),
  );

const isEmpty = (value: Json): boolean =>
  (Array.isArray(value) && value.length === 0) ||
  (isObject(value) && Object.keys(value).length === 0);

/** Values of an object other than those that were used. */
export const others = (from: JsonObject, used: readonly string[]): JsonObject =>
  compact(Object.fromEntries(Object.entries(from).filter(([name]) => !used.includes(name))));
