import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createEntryId, type EntryId } from "../ids.ts";
import { duplicatesOf, isSuperseded, normaliseClaim } from "./supersession.ts";

/** In the order of their age. */
const ids = Array.from({ length: 8 }, (_, atMs) =>
  createEntryId("fact", { atMs, randomBytes: (length) => new Uint8Array(length) }),
);
const [x, y, z, w] = ids as [EntryId, EntryId, EntryId, EntryId];

describe("[MEM8] what says the same", () => {
  test.each([
    ["Use  SQLite.", "use sqlite"],
    ["use `SQLite`!", "use 'sqlite'"],
    ["ｕｓｅ SQLite", "use SQLite"],
    [" use\nSQLite ", "use sqlite"],
  ])("is the same up to case, spaces, quotes and the end: %s", (one, other) => {
    expect(normaliseClaim(one)).toBe(normaliseClaim(other));
  });

  test.each([
    ["use SQLite", "use SQLite 3"],
    ["port 5432", "port 5433"],
    ["!", "..."],
    ["a.b", "ab"],
  ])("is not: %s and %s", (one, other) => {
    expect(normaliseClaim(one)).not.toBe(normaliseClaim(other));
  });

  test("is found by its words or by its origin, and leads to the oldest", () => {
    const claims = [
      { id: z, text: "a", origins: ["one"] },
      { id: y, text: "A.", origins: [] },
      { id: x, text: "b", origins: ["one"] },
    ];
    expect([...duplicatesOf(claims)]).toEqual([[z, x]]);
    expect(duplicatesOf(claims.slice(0, 2))).toEqual(new Map([[z, y]]));
  });

  test("leads to what says it, though a third stands between", () => {
    const claims = [
      { id: x, text: "b", origins: ["one"] },
      { id: y, text: "a", origins: [] },
      { id: z, text: "a", origins: ["one"] },
      { id: w, text: "a", origins: [] },
    ];
    expect(duplicatesOf(claims).get(w)).toBe(y);
  });
});

test("[MEM8] of entries that any links join at least one is shown, and none that is said anew", () => {
  const links = fc.array(fc.option(fc.constantFrom(...ids), { nil: undefined }), {
    minLength: ids.length,
    maxLength: ids.length,
  });
  fc.assert(
    fc.property(links, (targets) => {
      const linkOf = (id: EntryId): EntryId | undefined => targets[ids.indexOf(id)];
      const shown = ids.filter((id) => !isSuperseded(id, linkOf));
      expect(shown.length).toBeGreaterThan(0);
      for (const id of shown) {
        const next = linkOf(id);
        // Shown in spite of a link: only as the newest of a circle.
        const circle = [id];
        for (let at = next; at !== undefined && at !== id && circle.length < 9; at = linkOf(at))
          circle.push(at);
        expect(next === undefined || circle.length < 9).toBe(true);
        expect(next === undefined || circle.toSorted().at(-1) === id).toBe(true);
      }
    }),
    { numRuns: 500 },
  );
});
