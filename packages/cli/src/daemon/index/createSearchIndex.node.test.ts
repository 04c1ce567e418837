import type { EntryId } from "@duro/memory";
import { createEntryId } from "@duro/memory";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { SearchIndex } from "./searchIndex.ts";
import {
  aRow,
  createIndexFolder,
  docNamed,
  idsOf,
  type IndexFolder,
} from "./testing/indexFolder.ts";

const november = docNamed("mem/_/2026-11");
const october = docNamed("mem/_/2026-10");

let folder: IndexFolder;
let index: SearchIndex;
beforeEach(() => {
  folder = createIndexFolder();
  index = folder.open();
});
afterEach(() => folder[Symbol.dispose]());

const found = (query: string, filter: Partial<Parameters<SearchIndex["search"]>[1]> = {}) =>
  index.search(query, { limit: 20, ...filter });
const listed = (filter: Partial<Parameters<SearchIndex["list"]>[0]> = {}) =>
  idsOf(index.list({ limit: 50, ...filter }).items);

describe("the rows of a document", () => {
  test("are found and listed with the mark they came with, also after the file was closed", () => {
    const row = aRow({ text: "the outbox waits", tagList: ["sync"], device: undefined });
    index.replaceDoc(november, "one", [row]);
    index.close();
    index = folder.open();
    expect(index.markOf(november)).toBe("one");
    expect(found("outbox")).toEqual([
      {
        id: row.id,
        type: "fact",
        text: "the outbox waits",
        atMs: row.atMs,
        device: undefined,
        tags: ["sync"],
        project: undefined,
        score: expect.any(Number) as number,
      },
    ]);
    expect(listed()).toEqual([row.id]);
    expect(folder.said).toEqual([]);
  });

  test("replace those that the document had, and leave other documents alone", () => {
    const [old, kept, other] = [aRow(), aRow(), aRow({ doc: october })];
    index.replaceDoc(october, "o", [other]);
    index.replaceDoc(november, "one", [old, kept]);
    const changed = { ...kept, text: "changed", line: "changed", tagList: ["new"], tags: "new" };
    index.replaceDoc(november, "two", [changed]);
    expect(listed()).toEqual([other.id, kept.id]);
    expect(found("entry")).toHaveLength(1);
    expect(idsOf(found("changed"))).toEqual([kept.id]);
    expect(listed({ tags: ["new"] })).toEqual([kept.id]);
    expect([index.markOf(november), index.markOf(october)]).toEqual(["two", "o"]);
    index.dropDoc(november);
    expect(listed()).toEqual([other.id]);
    expect(found("changed")).toEqual([]);
    expect(index.markOf(november)).toBeUndefined();
  });

  test("are updated one by one, and what is gone is gone", () => {
    const [first, second] = [aRow({ text: "alpha" }), aRow({ text: "beta" })];
    index.replaceDoc(november, "one", [first, second]);
    const third = aRow({ text: "gamma" });
    index.updateEntries(november, "two", [{ ...first, text: "delta" }, third], [second.id]);
    expect(listed()).toEqual([third.id, first.id]);
    expect(found("alpha")).toEqual([]);
    expect(idsOf(found("delta"))).toEqual([first.id]);
    expect(index.markOf(november)).toBe("two");
  });

  test("of a document without a mark leave it without one, since the others are missing", () => {
    const row = aRow();
    index.updateEntries(november, "two", [row], []);
    expect(listed()).toEqual([row.id]);
    expect(index.markOf(november)).toBeUndefined();
  });

  test("that another document has by now are not taken away with the first", () => {
    const row = aRow();
    index.replaceDoc(november, "one", [row]);
    index.replaceDoc(october, "o", [{ ...row, doc: october }]);
    index.dropDoc(november);
    expect(listed()).toEqual([row.id]);
  });
});

describe("a document that is replaced in turns", () => {
  const many = Array.from({ length: 600 }, () => aRow());

  test("has its mark only at the end, and what was updated meanwhile is not undone", async () => {
    const [late, gone] = [many[599], many[598]];
    if (late === undefined || gone === undefined) throw new Error("600 rows");
    index.replaceDoc(november, "old", [aRow({ text: "leaves" })]);
    const marks: (string | undefined)[] = [];
    await index.replaceDocInTurns(november, "new", many, () => {
      marks.push(index.markOf(november));
      if (marks.length === 1)
        index.updateEntries(november, "newer", [{ ...late, text: "late words" }], [gone.id]);
      return Promise.resolve();
    });
    expect(marks).toEqual([undefined, undefined, undefined]);
    expect(index.markOf(november)).toBe("newer");
    expect(idsOf(found("late"))).toEqual([late.id]);
    expect(found("leaves")).toEqual([]);
    expect(index.countByType().get("fact")).toBe(599);
  });

  test("stays as a whole replacement left it that came meanwhile", async () => {
    const only = aRow();
    await index.replaceDocInTurns(november, "old", many, () => {
      if (index.markOf(november) === undefined) index.replaceDoc(november, "whole", [only]);
      return Promise.resolve();
    });
    expect(listed()).toEqual([only.id]);
    expect(index.markOf(november)).toBe("whole");
  });

  test("ends quietly when the index is closed", async () => {
    await index.replaceDocInTurns(november, "new", many, () => {
      index.close();
      return Promise.resolve();
    });
    index = folder.open();
    expect(index.markOf(november)).toBeUndefined();
  });
});

describe("what is hidden", () => {
  test("is what was forgotten, and what another stands in the stead of, known or not", () => {
    const newer = aRow();
    const rows = [
      newer,
      aRow({ isForgotten: true }),
      aRow({ supersededBy: newer.id }),
      aRow({
        supersededBy: createEntryId("fact", { atMs: 1, randomBytes: () => new Uint8Array(16) }),
      }),
    ];
    index.replaceDoc(november, "one", rows);
    expect(listed()).toEqual([newer.id]);
    expect(idsOf(found("entry"))).toEqual([newer.id]);
    expect([...index.countByType()]).toEqual([["fact", 1]]);
  });

  test("is all of a circle but its newest, until the circle opens, in whichever document its links stand", () => {
    const [a, b, c] = [aRow(), aRow({ doc: october }), aRow()];
    const linked = (row: typeof a, to: EntryId | undefined) => ({ ...row, supersededBy: to });
    index.replaceDoc(november, "one", [linked(a, b.id), linked(c, a.id)]);
    expect(listed()).toEqual([]);
    index.replaceDoc(october, "o", [linked(b, c.id)]);
    expect(listed()).toEqual([c.id]);
    index.updateEntries(october, "p", [linked(b, undefined)], []);
    expect(listed()).toEqual([b.id]);
    index.updateEntries(october, "q", [linked(b, c.id)], []);
    expect(listed()).toEqual([c.id]);
    index.dropDoc(october);
    expect(listed()).toEqual([]);
  });

  test("is not an entry that leads to itself, unless it was forgotten", () => {
    const [self, forgotten] = [aRow(), aRow({ isForgotten: true })];
    index.replaceDoc(november, "one", [
      { ...self, supersededBy: self.id },
      { ...forgotten, supersededBy: forgotten.id },
    ]);
    expect(listed()).toEqual([self.id]);
  });
});

describe("a list", () => {
  test("has each entry once over all its pages, newest first, and says when there is no more", () => {
    const types = ["fact", "decision", "episode", "skill"] as const;
    const rows = Array.from({ length: 23 }, (_, at) =>
      aRow({ type: types[at % types.length] ?? "fact" }),
    );
    index.replaceDoc(november, "one", rows);
    const pages = [];
    let after: EntryId | undefined;
    do {
      const page = index.list({ limit: 5, after });
      pages.push(idsOf(page.items));
      after = page.next;
    } while (after !== undefined);
    expect(pages.map((page) => page.length)).toEqual([5, 5, 5, 5, 3]);
    expect(pages.flat()).toEqual(idsOf(rows).toReversed());
  });

  test("is narrowed by type, all of the tags, projects and time", () => {
    const [shop, club] = [1, 2].map((byte) =>
      createEntryId("project", { atMs: byte, randomBytes: () => new Uint8Array(16).fill(byte) }),
    );
    const both = aRow({ tagList: ["a", "b"], project: shop });
    const one = aRow({ tagList: ["a"], project: club, type: "decision" });
    const task = aRow({ tagList: ["a"], type: "task" });
    index.replaceDoc(november, "one", [both, one, task]);
    expect(listed()).toEqual([one.id, both.id]);
    expect(listed({ types: ["task", "decision"] })).toEqual([task.id, one.id]);
    expect(listed({ tags: ["a", "b"] })).toEqual([both.id]);
    expect(listed({ tags: ["A"] })).toEqual([]);
    expect(listed({ projects: [shop as EntryId] })).toEqual([both.id]);
    expect(listed({ projects: [shop as EntryId, club as EntryId] })).toEqual([one.id, both.id]);
    expect(listed({ projects: [] })).toEqual([]);
    expect(listed({ sinceMs: one.atMs })).toEqual([one.id]);
    expect(idsOf(found("entry", { projects: [shop as EntryId] }))).toEqual([both.id]);
    expect(idsOf(found("entry", { types: ["decision"] }))).toEqual([one.id]);
    expect(found("entry", { projects: [] })).toEqual([]);
  });

  test("by a tag of more than a thousand entries has the same as by a rare one", () => {
    const rows = Array.from({ length: 1_100 }, (_, at) =>
      aRow({ tagList: at % 10 === 0 ? ["all", "some"] : ["all"] }),
    );
    index.replaceDoc(november, "one", rows);
    expect(listed({ tags: ["all"], limit: 2_000 })).toEqual(idsOf(rows).toReversed());
    const some = rows.filter(({ tagList }) => tagList.length === 2);
    expect(listed({ tags: ["all", "some"], limit: 2_000 })).toEqual(idsOf(some).toReversed());
  });
});

describe("a search", () => {
  test("wants all of the words, each by its beginning, and knows the parts of identifiers", () => {
    const row = aRow({ text: "the relay parses parseLoginToken", parts: "parse login token" });
    index.replaceDoc(november, "one", [row, aRow({ text: "the relay" })]);
    expect(found("relay")).toHaveLength(2);
    expect(idsOf(found("RELAY tok"))).toEqual([row.id]);
    expect(idsOf(found("loginTok"))).toEqual([row.id]);
    expect(found("relay nowhere")).toEqual([]);
  });

  test("puts a hit in a title before one in a text before one in the details", () => {
    const inDetail = aRow({ text: "one two three", detail: "cursor" });
    const inText = aRow({ text: "one two cursor" });
    const inTitle = aRow({ text: "one two three", title: "cursor" });
    const others = Array.from({ length: 20 }, () => aRow());
    index.replaceDoc(november, "one", [inTitle, inText, inDetail, ...others]);
    const hits = found("cursor");
    expect(idsOf(hits)).toEqual([inTitle.id, inText.id, inDetail.id]);
    const scores = hits.map(({ score }) => score);
    expect(scores).toEqual(scores.toSorted((a, b) => b - a));
    expect(Math.min(...scores)).toBeGreaterThan(0);
  });

  test("of equal hits has the newest first, also where there are more than are ranked", () => {
    const hourMs = 3_600_000;
    const rows = Array.from({ length: 1_500 }, (_, at) =>
      aRow({ text: "same", atMs: at * hourMs }),
    );
    // Written in another order than they were made in, as documents come in from other devices.
    index.replaceDoc(november, "one", rows.toReversed());
    expect(idsOf(found("same", { limit: 5 }))).toEqual(idsOf(rows.slice(-5).toReversed()));
  });

  test("does not find a type or a project by its name", () => {
    index.replaceDoc(november, "one", [aRow({ type: "decision", text: "use it" })]);
    expect(found("decision")).toEqual([]);
  });

  test.each([
    '"',
    '""',
    "'; DROP TABLE entry; --",
    "NEAR(a b)",
    "text:entry",
    "{title text} : entry",
    "entry AND OR NOT",
    "^entry*",
    "(((",
    "*",
    "-",
    "a\u0000b",
    "\uD800",
    "é̂́",
    "日本",
    "entry ".repeat(200_000),
    Array.from({ length: 20_000 }, (_, at) => `w${at}`).join(" "),
    "x".repeat(1_048_576),
  ])("takes any question for words: %#", (query) => {
    index.replaceDoc(november, "one", [aRow({ text: "entry" })]);
    expect(() => found(query)).not.toThrow();
    expect(found("entry")).toHaveLength(1);
    expect(folder.said).toEqual([]);
  });

  test("never fails, whatever is asked of whatever is stored", () => {
    const unit = fc.oneof(fc.integer({ min: 0, max: 0xff }), fc.integer({ min: 0, max: 0xffff }));
    const text = fc.array(unit, { maxLength: 60 }).map((units) => String.fromCharCode(...units));
    fc.assert(
      fc.property(text, text, fc.array(text, { maxLength: 4 }), (stored, asked, tagList) => {
        const row = aRow({ text: stored, line: stored, tagList });
        index.replaceDoc(november, "one", [row]);
        index.search(asked, { limit: 5 });
        expect(index.list({ limit: 5, tags: tagList.slice(0, 1) }).items).toHaveLength(1);
        expect(index.list({ limit: 5 }).items[0]?.text).toBe(stored.toWellFormed());
        expect(folder.said).toEqual([]);
      }),
      { numRuns: 150 },
    );
  });
});

test("an id is found by its beginning, hidden ones too", () => {
  const [shown, hidden] = [aRow(), aRow({ isForgotten: true, type: "decision" })];
  index.replaceDoc(november, "one", [shown, hidden]);
  expect(index.idsBeginning("d_", 5)).toEqual([hidden.id]);
  expect(index.idsBeginning(shown.id, 5)).toEqual([shown.id]);
  expect(index.idsBeginning(`${shown.id}0`, 5)).toEqual([]);
  expect(index.idsBeginning("%", 5)).toEqual([]);
});
