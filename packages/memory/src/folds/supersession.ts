/**
 * Which of several that say one thing is shown. A link leads to what stands in an entry's stead: to a
 * newer one that says it anew, or from a duplicate to the older one (MEM8).
 */
import { byAge, type EntryId } from "../ids.ts";

/**
 * Links of both kinds that devices made at once can run in a circle. Then its newest is shown, or nothing
 * of it would be.
 */
export const isSuperseded = (
  id: EntryId,
  linkOf: (id: EntryId) => EntryId | undefined,
): boolean => {
  const next = linkOf(id);
  if (next === undefined) return false;
  // A circle has a newest, and from there its link leads to an older one.
  if (byAge(next, id) > 0) return true;
  const path = new Set<EntryId>();
  let newest = id;
  for (let at: EntryId | undefined = next; at !== undefined; at = linkOf(at)) {
    if (byAge(at, newest) > 0) newest = at;
    if (at === id) return newest !== id;
    if (path.has(at)) return true;
    path.add(at);
  }
  return true;
};

export interface Claim {
  readonly id: EntryId;
  readonly text: string;
  readonly origins: readonly string[];
}

/** Equal up to case, spaces, quotes and the full stop: what two sessions write of one thing. */
export const normaliseClaim = (text: string): string => {
  const plain = text
    .normalize("NFKC")
    .toLowerCase()
    .replaceAll(/[`'"“”‘’]/gu, "")
    .replaceAll(/\s+/gu, " ")
    .trim()
    .replace(/[.!]+$/u, "");
  return plain === "" ? text : plain;
};

/** The newer of each, with the oldest that says the same or came from the same place. */
export const duplicatesOf = (claims: readonly Claim[]): ReadonlyMap<EntryId, EntryId> => {
  const oldestBySign = new Map<string, EntryId>();
  const duplicates = new Map<EntryId, EntryId>();
  for (const { id, text, origins } of claims.toSorted((a, b) => byAge(a.id, b.id))) {
    const signs = [`text ${normaliseClaim(text)}`, ...origins.map((origin) => `origin ${origin}`)];
    const older = signs.flatMap((sign) => oldestBySign.get(sign) ?? []).toSorted(byAge)[0];
    if (older !== undefined) duplicates.set(id, older);
    for (const sign of signs) if (!oldestBySign.has(sign)) oldestBySign.set(sign, older ?? id);
  }
  return duplicates;
};
