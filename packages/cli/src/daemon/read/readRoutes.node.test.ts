import { createEntryId } from "@duro/memory";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { entryRoutes } from "../entries/entryRoutes.ts";
import {
  openTestDaemon,
  problemOf,
  type TestDaemon,
  valueOf,
} from "../entries/testing/openTestDaemon.ts";
import { readRoutes } from "./readRoutes.ts";

let at: TestDaemon;
beforeEach(async () => {
  at = await openTestDaemon([...readRoutes, ...entryRoutes]);
});
afterEach(() => at[Symbol.asyncDispose]());

const remember = async (text: string, more: object = {}): Promise<string> =>
  valueOf(await at.call("remember", { text, ...more })).id;
const listed = async (body: Parameters<typeof at.call<"list">>[1]) =>
  valueOf(await at.call("list", body));
const shown = async (id: string) => {
  const [item] = valueOf(await at.call("show", { id })).items;
  if (item === undefined) throw new Error("an item");
  return item;
};

describe("list", () => {
  test("has the fields of the contract, newest first, page by page", async () => {
    const ids: string[] = [];
    for (const count of [1, 2, 3]) {
      at.aheadMs += 1_000;
      ids.unshift(await remember(`fact ${count}`, { tags: ["b", "a"] }));
    }
    const first = await listed({ limit: 2 });
    expect(first.items[0]).toEqual({
      id: ids[0],
      type: "fact",
      text: "fact 3",
      at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/u) as string,
      device: expect.stringMatching(/^[0-9a-f]+$/u) as string,
      tags: ["a", "b"],
    });
    expect(first.next).toBe(ids[1]);
    const second = await listed({ limit: 2, after: first.next });
    expect([...first.items, ...second.items].map(({ id }) => id)).toEqual(ids);
    expect(second).not.toHaveProperty("next");
  });

  test("is narrowed by type, tag, project and time", async () => {
    const old = await remember("old", { tags: ["one"], project: "Shop" });
    at.aheadMs += 3 * 86_400_000;
    const recent = await remember("recent", { tags: ["one", "two"] });
    const idsFor = async (body: Parameters<typeof at.call<"list">>[1]) =>
      (await listed(body)).items.map(({ id }) => id);
    expect(await idsFor({ type: "fact" })).toEqual([recent, old]);
    expect(await idsFor({ type: "skill" })).toEqual([]);
    expect(await idsFor({ tags: ["#one", "two"] })).toEqual([recent]);
    expect(await idsFor({ project: "shop" })).toEqual([old]);
    expect(await idsFor({ project: "git@github.com:acme/nothing-yet.git" })).toEqual([]);
    expect(await idsFor({ since: "2d" })).toEqual([recent]);
    expect(await idsFor({ since: "1w" })).toEqual([recent, old]);
    expect(await idsFor({ since: (await shown(recent)).at })).toEqual([recent]);
  });

  test.each([
    ["BadType", { type: "facts" }],
    ["BadSince", { since: "yesterday" }],
    ["BadSince", { since: "2026-13-01" }],
    ["NoProject", { project: "nobody's" }],
    ["NoSuchPage", { after: "f_1" }],
    [
      "NoSuchPage",
      { after: createEntryId("fact", { atMs: 1, randomBytes: (n) => new Uint8Array(n) }) },
    ],
  ])("refuses with %s and exit 2, and says what to run: %j", async (code, body) => {
    const problem = problemOf(await at.call("list", body));
    expect(problem).toMatchObject({ code, exit: 2 });
    expect(problem.next).toMatch(/^duro list/u);
  });
});

describe("search", () => {
  test("finds what was just written, best first, and no longer what was forgotten or said anew", async () => {
    const id = await remember("the outbox waits for a receipt");
    await remember("a receipt proves nothing");
    const { items } = valueOf(await at.call("search", { query: "outb receipt" }));
    expect(items).toMatchObject([{ id, type: "fact", score: expect.any(Number) as number }]);
    const anew = valueOf(
      await at.call("edit", { id, text: "the outbox waits for two receipts" }),
    ).id;
    const now = valueOf(await at.call("search", { query: "outbox" })).items;
    expect(now.map((item) => item.id)).toEqual([anew]);
    valueOf(await at.call("forget", { ids: [anew], how: "forget" }));
    expect(valueOf(await at.call("search", { query: "outbox" })).items).toEqual([]);
    valueOf(await at.call("forget", { ids: [anew], how: "undo" }));
    expect(valueOf(await at.call("search", { query: "outbox" })).items).toHaveLength(1);
  });

  test("takes no more than it is asked for, 20 if nothing is said", async () => {
    for (let count = 0; count < 25; count += 1) await remember(`the same word ${count}`);
    const countFor = async (limit?: number) =>
      valueOf(await at.call("search", { query: "same", limit })).items.length;
    expect([await countFor(), await countFor(3), await countFor(200)]).toEqual([20, 3, 25]);
  });

  test("of nothing but signs finds nothing", async () => {
    await remember("a fact");
    expect(valueOf(await at.call("search", { query: '"( * -' })).items).toEqual([]);
  });
});

describe("show", () => {
  test("prints a fact with all that it has", async () => {
    const id = await remember("it waits for port 5432", {
      kind: "gotcha",
      confidence: 0.876,
      tags: ["tests"],
      project: "git@github.com:acme/Shop.git",
      source: "test/login.ts:12",
      agent: "claude/opus",
    });
    expect(await shown(id)).toMatchObject({
      id,
      type: "fact",
      text: "it waits for port 5432",
      kind: "gotcha",
      confidence: 0.88,
      projectName: "shop",
      trust: "model",
      agent: { tool: "claude", model: "opus" },
      isAltered: false,
      isPinned: false,
      isValid: true,
      sensitivity: "internal",
      evidence: { files: [{ path: "test/login.ts", line: 12 }] },
    });
    expect(await shown(id)).not.toHaveProperty("forgotten");
  });

  test("says what stands in an entry's stead, and when it was forgotten", async () => {
    const id = await remember("first words");
    const anew = valueOf(await at.call("edit", { id, text: "better words" })).id;
    expect(await shown(id)).toMatchObject({ text: "first words", supersededBy: anew });
    expect(await shown(anew)).toMatchObject({ text: "better words", supersedes: id });
    valueOf(await at.call("forget", { ids: [anew], how: "forget" }));
    const { forgotten } = await shown(anew);
    expect(Math.abs(Date.parse(String(forgotten)) - at.daemon.nowMs())).toBeLessThan(60_000);
  });

  test("prints a decision with its reasons and every verdict, and which of them stands", async () => {
    const { id } = valueOf(
      await at.call("decide", {
        text: "use SQLite",
        rationale: "one file",
        expected: "no set-up",
        alternatives: ["Postgres"],
      }),
    );
    for (const status of ["partial", "validated"])
      valueOf(await at.call("validate", { id, status, actual: `it is ${status}` }));
    expect(await shown(id)).toMatchObject({
      status: "validated",
      rationale: "one file",
      expected: "no set-up",
      alternatives: [{ option: "Postgres" }],
      events: [
        { type: "partial", actual: "it is partial", stands: false, by: "user" },
        { type: "validate", actual: "it is validated", stands: true },
      ],
    });
  });

  test("prints episodes with their notes and skills with their body", async () => {
    const { id } = valueOf(await at.call("episodeStart", { goal: "make login fast" }));
    valueOf(await at.call("episodeNote", { id, text: "measured" }));
    expect(await shown(id)).toMatchObject({ status: "open", notes: [{ text: "measured" }] });
    expect(await shown(id)).not.toHaveProperty("summary");
    valueOf(await at.call("episodeClose", { id, result: "success", summary: "twice as fast" }));
    expect(await shown(id)).toMatchObject({
      status: "closed",
      result: "success",
      summary: "twice as fast",
    });
    const skill = valueOf(
      await at.call("skillSave", { name: "release", body: "1. tag", description: "how" }),
    ).id;
    expect(await shown(skill)).toMatchObject({
      text: "release",
      name: "release",
      description: "how",
      body: "1. tag",
      uses: 0,
    });
  });

  test("takes the beginning of an id that no other has", async () => {
    const id = await remember("alone");
    expect((await shown(id.slice(0, 20))).id).toBe(id);
    expect((await shown(` ${id.toUpperCase()} `)).id).toBe(id);
    await remember("not alone");
    expect(problemOf(await at.call("show", { id: id.slice(0, 6) }))).toMatchObject({
      code: "IdAmbiguous",
      exit: 2,
    });
  });

  test.each([
    ["NotAnId", "login"],
    ["NotAnId", "f_0"],
    ["NotAnId", "f_%%%%%%"],
    ["NoEntry", "f_7zzzzz"],
    ["NoEntry", createEntryId("fact", { atMs: 1, randomBytes: (n) => new Uint8Array(n) })],
    ["NoEntry", createEntryId("event", { atMs: 1, randomBytes: (n) => new Uint8Array(n) })],
  ])("refuses with %s and exit 2: %s", async (code, id) => {
    const problem = problemOf(await at.call("show", { id }));
    expect(problem).toMatchObject({ code, exit: 2 });
    expect(problem.next).toMatch(/^duro /u);
  });

  test("says that what was purged is gone for good", async () => {
    const id = await remember("soon gone");
    valueOf(await at.call("forget", { ids: [id], how: "purge", isAgreed: true }));
    expect(problemOf(await at.call("show", { id }))).toMatchObject({ code: "EntryGone", exit: 2 });
  });
});

test("without anybody on this machine each of them ends with exit 5 and names duro init", async () => {
  const nobody = { ...at.daemon, home: undefined };
  for (const route of readRoutes) {
    if (route.kind !== "call") throw new Error("a call");
    const body = { query: "x", id: "f_123456" } as never;
    const problem = problemOf(await route.run(nobody, body));
    expect(problem).toMatchObject({ code: "NotSetUp", exit: 5 });
    expect(problem.next).toContain("duro init");
  }
});
