/** Puts this vault's ids where foreign ones stood: whole texts, names, and parts of names like `used:d_…`. */
import type { EntryId } from "../ids.ts";
import { isJsonObject, type Json } from "../json.ts";

/** What an entry was called elsewhere stays as it was. */
const untouched = new Set(["origins", "extra"]);

export const renamed = (idByOrigin: ReadonlyMap<string, EntryId>): ((value: Json) => Json) => {
  const word = (text: string): string => idByOrigin.get(text) ?? text;
  const name = (text: string): string =>
    text.includes(":") ? text.split(":").map(word).join(":") : word(text);
  const walk = (value: Json): Json => {
    if (typeof value === "string") return word(value);
    if (Array.isArray(value)) return (value as readonly Json[]).map(walk);
    if (!isJsonObject(value)) return value;
    return Object.fromEntries(
      Object.entries(value).map(([label, one]) => [
        name(label),
        untouched.has(label) ? one : walk(one),
      ]),
    );
  };
  return walk;
};
