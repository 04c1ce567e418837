/** Plain JSON: what an entry's core and values are made of, and its one spelling in an export. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [name: string]: Json;
}

/** People nest five deep; whoever reads an update refuses 64. */
const depthMax = 32;
/** Assigned to an object it exchanges what stands behind it; readers of updates refuse the name. */
const prototypeName = "__proto__";

/**
 * A copy that every replica reads alike: lone surrogates become U+FFFD here, since encoding would do it
 * on the way and the writer alone would keep them; numbers without a JSON form become null.
 */
export const toJson = (value: unknown, depth = 0): Json => {
  if (typeof value === "string") return value.toWellFormed();
  if (typeof value === "number") return Number.isFinite(value) ? value + 0 : null;
  if (typeof value === "boolean") return value;
  if (typeof value !== "object" || value === null || depth >= depthMax) return null;
  if (Array.isArray(value)) return value.map((item) => toJson(item, depth + 1));
  // Bytes and shared types have no JSON form, and what is inside of the latter has no end.
  return isJsonObject(value) ? toJsonObject(value, depth) : null;
};

export const toJsonObject = (value: object, depth = 0): JsonObject =>
  Object.fromEntries(
    Object.entries(value)
      .filter(([name, item]) => item !== undefined && name !== prototypeName)
      .map(([name, item]) => [name.toWellFormed(), toJson(item, depth + 1)]),
  );

export const isJsonObject = (value: unknown): value is JsonObject =>
  typeof value === "object" &&
  value !== null &&
  !Array.isArray(value) &&
  [Object.prototype, null].includes(Object.getPrototypeOf(value) as object | null);

/** By code units, as `<` does: no locale may change the order of an export. */
export const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const sorted = (value: Json): Json => {
  if (Array.isArray(value)) return (value as readonly Json[]).map(sorted);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => byText(a, b))
      .map(([name, item]) => [name, sorted(item)]),
  );
};

/** One text for equal values, whatever order their names were written in. */
export const jsonToText = (value: Json): string => `${JSON.stringify(sorted(value), null, 2)}\n`;

/** Whatever a file holds; undefined when it is no JSON, or so deep that whoever walks it would fall. */
export const parseJson = (text: string): Json | undefined => {
  try {
    const value = JSON.parse(text) as Json;
    return isTooDeep(value) ? undefined : value;
  } catch {
    return undefined;
  }
};

/** What we write ourselves is cut at 32, with four around it. */
const readDepthMax = 64;

const isTooDeep = (value: Json): boolean => {
  let level: readonly Json[] = [value];
  for (let depth = 0; depth <= readDepthMax; depth += 1) {
    level = level.flatMap((one): readonly Json[] => {
      if (Array.isArray(one)) return one as readonly Json[];
      return isJsonObject(one) ? Object.values(one) : [];
    });
    if (level.length === 0) return false;
  }
  return true;
};
