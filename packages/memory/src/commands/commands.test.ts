import fc from "fast-check";
import { describe, expect, test } from "vitest";
import * as Y from "yjs";
import { type DocName, monthOf, rootDoc, shardDoc } from "../docs/names.ts";
import { docNames, entriesPerShardMax } from "../docs/directory.ts";
import type { EntryId } from "../ids.ts";
import { withDocs } from "../memory.ts";
import { aDay, createWorld, errorOf, start, valueOf } from "../testing/replicas.ts";
import { edit } from "./edit.ts";
import { startEpisode } from "./episodes.ts";
import { show } from "./find.ts";
import { forget, purge, sweep, undoForget, undoMs } from "./forget.ts";
import { judge } from "./judge.ts";
import { list } from "./list.ts";
import { markDuplicates } from "./duplicates.ts";
import { ensureProject } from "./projects.ts";
import { decide, remember } from "./remember.ts";

const aMemory = () => {
  const world = createWorld();
  return { world, memory: world.device("laptop").memory };
};

const idsIn = (memory: Parameters<typeof list>[0], query = {}): readonly EntryId[] =>
  valueOf(list(memory, query)).items.map(({ id }) => id);

describe("remember", () => {
  test("refuses what is too long or of no known kind, and writes nothing", () => {
    const { world, memory } = aMemory();
    expect(errorOf(remember(memory, { claim: "x".repeat(4_001) }))).toMatchObject({
      type: "BadField",
      field: "claim",
    });
    expect(errorOf(remember(memory, { claim: "x", tags: [" "] }))).toMatchObject({ field: "tags" });
    const unknown = { claim: "x", kind: "rumour" } as unknown as { claim: string };
    expect(errorOf(remember(memory, unknown))).toMatchObject({ field: "kind" });
    expect(errorOf(remember(memory, { claim: "x", confidence: 1.1 }))).toMatchObject({
      field: "confidence",
    });
    expect(world.sent).toEqual([]);
  });

  test("[MEM2] refuses an entry that no envelope could carry, though each field is short enough", () => {
    const { world, memory } = aMemory();
    const plan = Array.from({ length: 100 }, () => "語".repeat(10_000));
    expect(errorOf(startEpisode(memory, { goal: "g", plan }))).toMatchObject({ field: "entry" });
    expect(world.sent).toEqual([]);
  });

  test("[MEM14] puts an entry into its month, and a full month goes on in the next part", () => {
    const { world, memory } = aMemory();
    const name = shardDoc({ project: undefined, month: monthOf(start), part: 1 });
    const facts = world.device("laptop").doc(name).getMap("facts");
    expect(valueOf(remember(memory, { claim: "first" })).docs).toEqual([rootDoc, name]);
    expect(valueOf(remember(memory, { claim: "second" })).docs).toEqual([name]);
    facts.doc?.transact(() => {
      for (let count = facts.size; count < entriesPerShardMax; count += 1)
        facts.set(`f_${count}`, { gone: 0 });
    });
    const next = valueOf(remember(memory, { claim: "one more" }));
    expect(next.docs).toEqual([rootDoc, "mem/_/2026-11.2"]);
    expect(valueOf(show(memory, next.id)).text).toBe("one more");
  });

  test("is one edit of a document", () => {
    const { world, memory } = aMemory();
    valueOf(remember(memory, { claim: "first" }));
    const before = world.sent.length;
    valueOf(remember(memory, { claim: "second", tags: ["a", "b"], validUntil: start + 1 }));
    expect(world.sent.length).toBe(before + 1);
  });
});

describe("validity", () => {
  test("holds from its first moment to before its last", () => {
    const { world, memory } = aMemory();
    const { id } = valueOf(
      remember(memory, { claim: "x", validFrom: start + 10, validUntil: start + 20 }),
    );
    const validAt = [9, 10, 19, 20].map((later) => {
      world.clock.nowMs = start + later;
      const item = valueOf(show(memory, id));
      return item.type === "fact" && item.isValid;
    });
    expect(validAt).toEqual([false, true, true, false]);
  });

  test("a decision is due for review from its day until somebody reviews it", () => {
    const { world, memory } = aMemory();
    const { id } = valueOf(decide(memory, { decision: "d", reviewAfter: start + aDay }));
    const isDue = () => {
      const item = valueOf(show(memory, id));
      return item.type === "decision" && item.isDueForReview;
    };
    expect(isDue()).toBe(false);
    world.clock.nowMs += aDay;
    expect(isDue()).toBe(true);
    valueOf(judge(memory, id, { t: "review", by: "user" }));
    expect(isDue()).toBe(false);
  });
});

describe("edit", () => {
  test("[MEM8] of the words makes a new entry; the old one is shown by its id and hidden in lists", () => {
    const { world, memory } = aMemory();
    const { id: old } = valueOf(remember(memory, { claim: "port 5432", tags: ["db"] }));
    world.clock.nowMs += 40 * aDay;
    const edited = valueOf(edit(memory, old, { text: "port 5433", isPinned: true }));
    expect(edited.supersedes).toBe(old);
    expect(idsIn(memory)).toEqual([edited.id]);
    expect(valueOf(show(memory, old))).toMatchObject({
      text: "port 5432",
      supersededBy: edited.id,
    });
    expect(valueOf(show(memory, edited.id))).toMatchObject({
      text: "port 5433",
      tags: ["db"],
      isPinned: true,
      core: { supersedes: old },
    });
    expect(errorOf(edit(memory, old, { text: "port 5434" }))).toEqual({
      type: "AlreadySuperseded",
      id: old,
      by: edited.id,
    });
  });

  test("[MEM8] of the words on two devices at once keeps both versions", () => {
    const { world, memory } = aMemory();
    const tower = world.device("tower").memory;
    const { id } = valueOf(decide(memory, { decision: "use SQLite" }));
    world.exchange();
    const one = valueOf(edit(memory, id, { text: "use Postgres" }));
    const other = valueOf(edit(tower, id, { text: "use files" }));
    world.exchange();
    expect(idsIn(memory).toSorted()).toEqual([one.id, other.id].toSorted());
    expect(idsIn(tower)).toEqual(idsIn(memory));
  });

  test("changes tags one by one or all together", () => {
    const { memory } = aMemory();
    const { id } = valueOf(remember(memory, { claim: "x", tags: ["a", "b"] }));
    valueOf(edit(memory, id, { addTags: ["#c"], removeTags: ["a"] }));
    expect(valueOf(show(memory, id)).tags).toEqual(["b", "c"]);
    valueOf(edit(memory, id, { tags: ["z"] }));
    expect(valueOf(show(memory, id)).tags).toEqual(["z"]);
  });

  test("sets and clears fields of its kind, and refuses others", () => {
    const { memory } = aMemory();
    const { id } = valueOf(remember(memory, { claim: "x" }));
    valueOf(edit(memory, id, { fields: { sensitivity: "sensitive", validUntil: 5 } }));
    expect(valueOf(show(memory, id))).toMatchObject({ sensitivity: "sensitive", isValid: false });
    valueOf(edit(memory, id, { fields: { validUntil: null } }));
    expect(valueOf(show(memory, id))).toMatchObject({ sensitivity: "sensitive", isValid: true });
    for (const name of ["deleted", "supersededBy", "c", "status", "constructor"])
      expect(errorOf(edit(memory, id, { fields: { [name]: "x" } }))).toMatchObject({ field: name });
  });

  test("that changes nothing writes nothing", () => {
    const { world, memory } = aMemory();
    const { id } = valueOf(remember(memory, { claim: "x", tags: ["a"] }));
    const before = world.sent.length;
    valueOf(edit(memory, id, { tags: ["a"], isPinned: false, fields: { validUntil: null } }));
    expect(world.sent.length).toBe(before);
  });
});

describe("forget", () => {
  test("[MEM10] hides at once, and undo brings back for seven days and not longer", () => {
    const { world, memory } = aMemory();
    const { id } = valueOf(remember(memory, { claim: "x" }));
    valueOf(forget(memory, [id]));
    expect(idsIn(memory)).toEqual([]);
    world.clock.nowMs += undoMs;
    valueOf(undoForget(memory, [id]));
    expect(idsIn(memory)).toEqual([id]);
    expect(errorOf(undoForget(memory, [id])).type).toBe("NotForgotten");
    valueOf(forget(memory, [id]));
    world.clock.nowMs += undoMs + 1;
    expect(errorOf(undoForget(memory, [id])).type).toBe("UndoTimeOver");
  });

  test("[MEM10] takes older versions and duplicates along, and brings them back together", () => {
    const { world, memory } = aMemory();
    const { id: first } = valueOf(remember(memory, { claim: "a secret" }));
    world.clock.nowMs += 1;
    const { id: second } = valueOf(remember(memory, { claim: "A secret." }));
    valueOf(markDuplicates(memory, valueOf(docNames(memory))));
    world.clock.nowMs += 1;
    const { id: third } = valueOf(edit(memory, first, { text: "another word" }));
    expect(new Set(valueOf(forget(memory, [third])).ids)).toEqual(new Set([first, second, third]));
    expect(valueOf(undoForget(memory, [third])).ids.length).toBe(3);
    expect(idsIn(memory)).toEqual([third]);
    valueOf(purge(memory, [third]));
    for (const id of [first, second, third])
      expect(errorOf(show(memory, id)).type).toBe("EntryGone");
  });

  test("[MEM10] takes nothing along that somebody else tied to it", () => {
    const { world, memory } = aMemory();
    const { id: precious } = valueOf(remember(memory, { claim: "precious" }));
    const { id, docs } = valueOf(remember(memory, { claim: "bait", supersedes: precious }));
    const map = world
      .device("laptop")
      .doc(docs.at(-1) ?? rootDoc)
      .getMap("facts")
      .get(id);
    if (map instanceof Y.Map) map.set(`duplicates:${precious}`, 1);
    expect(valueOf(purge(memory, [id])).ids).toEqual([id]);
    expect(valueOf(show(memory, precious)).text).toBe("precious");
  });

  test("[MEM10] of an older version alone leaves the newer", () => {
    const { memory } = aMemory();
    const { id: old } = valueOf(remember(memory, { claim: "a" }));
    const { id } = valueOf(edit(memory, old, { text: "b" }));
    expect(valueOf(forget(memory, [old])).ids).toEqual([old]);
    expect(idsIn(memory)).toEqual([id]);
  });

  test("[MEM10] ends in a sweep after seven days, on whichever device, and nothing brings it back", () => {
    const { world, memory } = aMemory();
    const tower = world.device("tower").memory;
    const { id, docs } = valueOf(remember(memory, { claim: "x" }));
    world.exchange();
    valueOf(forget(memory, [id]));
    world.exchange();
    const sweepAll = (who: typeof memory) => docs.flatMap((name) => valueOf(sweep(who, name)).ids);
    world.clock.nowMs += undoMs;
    expect(sweepAll(tower)).toEqual([]);
    world.clock.nowMs += 1;
    expect(sweepAll(tower)).toEqual([id]);
    // Not yet heard of it, and edits what is gone.
    valueOf(edit(memory, id, { addTags: ["late"] }));
    valueOf(judge(memory, id, { t: "confirm", by: "user" }));
    world.exchange();
    expect(errorOf(show(memory, id)).type).toBe("EntryGone");
    for (const who of [memory, tower]) sweepAll(who);
    const shard = world.device("laptop").doc(docs.at(-1) ?? rootDoc);
    expect(shard.getMap("events").size).toBe(0);
  });

  test("[MEM10] a sweep leaves an event alone whose entry has not come yet", () => {
    const { world, memory } = aMemory();
    const { id, docs } = valueOf(remember(memory, { claim: "x" }));
    valueOf(judge(memory, id, { t: "confirm", by: "user" }));
    const shard = docs.at(-1) ?? rootDoc;
    const late = world.device("late");
    const events = late.doc(shard).getMap("events");
    events.set("e_01m6gmfkg0ft692ffb8562d25s", { of: id, t: "confirm", at: start, by: "user" });
    valueOf(sweep(late.memory, shard));
    expect(events.size).toBe(1);
  });

  test("is refused for what is gone, and for projects, whose entries would be left alone", () => {
    const { memory } = aMemory();
    const { id } = valueOf(remember(memory, { claim: "x" }));
    valueOf(purge(memory, [id]));
    expect(errorOf(forget(memory, [id])).type).toBe("EntryGone");
    const project = valueOf(ensureProject(memory, { remotes: ["git@host.example:a/b"] }));
    if (project === undefined) throw new Error("a project");
    expect(errorOf(forget(memory, [project.id])).type).toBe("NotForgettable");
    expect(errorOf(purge(memory, [project.id])).type).toBe("NotForgettable");
  });
});

describe("list", () => {
  const many = () => {
    const { world, memory } = aMemory();
    const ids: EntryId[] = [];
    for (let index = 0; index < 30; index += 1) {
      const made = index % 3 === 0 ? decide(memory, { decision: `d ${index}` }) : undefined;
      const tags = index % 2 === 0 ? ["even"] : [];
      ids.push(valueOf(made ?? remember(memory, { claim: `f ${index}`, tags })).id);
      world.clock.nowMs += 5 * aDay;
    }
    return { world, memory, ids: ids.toReversed() };
  };

  test("is newest first over all months, and pages join without a gap", () => {
    const { memory, ids } = many();
    expect(idsIn(memory)).toEqual(ids);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), (limit) => {
        const seen: EntryId[] = [];
        for (let after: EntryId | undefined; ;) {
          const page = valueOf(list(memory, { limit, after }));
          expect(page.items.length).toBeLessThanOrEqual(limit);
          seen.push(...page.items.map(({ id }) => id));
          after = page.next;
          if (after === undefined) break;
        }
        expect(seen).toEqual(ids);
      }),
      { numRuns: 20 },
    );
  });

  test("keeps to type, tag and time", () => {
    const { memory, ids } = many();
    expect(idsIn(memory, { types: ["decision"] }).length).toBe(10);
    expect(idsIn(memory, { tags: ["even"] }).length).toBe(10);
    expect(idsIn(memory, { sinceMs: start + 100 * aDay })).toEqual(ids.slice(0, 10));
  });

  test("[MEM14] asks for no more documents than its page needs, newest first", () => {
    const { memory } = many();
    const asked = new Set<DocName>();
    const watching = {
      ...memory,
      docOf: (name: DocName) => {
        asked.add(name);
        return memory.docOf(name);
      },
    };
    expect(valueOf(list(watching, { types: ["fact"], limit: 3 })).items.length).toBe(3);
    const months = [...asked].filter((name) => name.startsWith("mem/")).length;
    expect(months).toBeLessThan(3);
    expect(valueOf(docNames(memory)).length).toBeGreaterThan(6);
  });
});

describe("[MEM14] documents that are not open", () => {
  test("are asked for by name, before anything is written", async () => {
    const world = createWorld({ isLazy: true });
    const { memory, doc, docs } = world.device("laptop");
    expect(errorOf(remember(memory, { claim: "x" }))).toEqual({ type: "DocNotOpen", name: "root" });
    doc(rootDoc);
    const name = shardDoc({ project: undefined, month: monthOf(start), part: 1 });
    expect(errorOf(remember(memory, { claim: "x" }))).toEqual({ type: "DocNotOpen", name });
    expect(world.sent).toEqual([]);
    const opened: DocName[] = [];
    const open = (one: DocName): Promise<void> => {
      opened.push(one);
      doc(one);
      return Promise.resolve();
    };
    const { id } = valueOf(await withDocs(open, () => remember(memory, { claim: "x" })));
    expect(opened).toEqual([name]);
    expect(docs.size).toBe(2);
    expect(errorOf(await withDocs(open, () => show(memory, gone(id)))).type).toBe("NoEntry");
  });

  const gone = (id: EntryId): EntryId =>
    `${id.slice(0, -1)}${id.endsWith("0") ? "1" : "0"}` as EntryId;

  test("an edit that needs an old month asks for it and leaves no half of itself", async () => {
    const world = createWorld({ isLazy: true });
    const first = world.device("laptop");
    const open = (device: typeof first) => (name: DocName) => {
      device.doc(name);
      return Promise.resolve();
    };
    const { id } = valueOf(
      await withDocs(open(first), () => remember(first.memory, { claim: "old" })),
    );
    world.clock.nowMs += 40 * aDay;
    const second = world.device("tower");
    world.exchange();
    second.doc(rootDoc);
    const before = world.sent.length;
    expect(errorOf(edit(second.memory, id, { text: "new" })).type).toBe("DocNotOpen");
    second.doc("mem/_/2026-11" as DocName);
    expect(errorOf(edit(second.memory, id, { text: "new" }))).toEqual({
      type: "DocNotOpen",
      name: "mem/_/2026-12",
    });
    expect(world.sent.length).toBe(before);
    const edited = await withDocs(open(second), () => edit(second.memory, id, { text: "new" }));
    expect(valueOf(edited).supersedes).toBe(id);
  });
});

test("[MEM8] an edit whose second document a crash kept from being written is mended, the same everywhere", () => {
  const { world, memory } = aMemory();
  const tower = world.device("tower").memory;
  const { id: old } = valueOf(remember(memory, { claim: "old words" }));
  world.clock.nowMs += 40 * aDay;
  const { id } = valueOf(edit(memory, old, { text: "new words" }));
  world.exchange((sent) =>
    sent.filter(({ name }, index) => name !== "mem/_/2026-11" || index === firstOf(sent)),
  );
  expect(idsIn(tower)).toEqual([id, old]);
  valueOf(markDuplicates(tower, valueOf(docNames(tower))));
  expect(idsIn(tower)).toEqual([id]);
  expect(valueOf(show(tower, old)).supersededBy).toBe(id);
});

const firstOf = (sent: readonly { readonly name: string }[]): number =>
  sent.findIndex(({ name }) => name === "mem/_/2026-11");

test("[MEM8] an edit within one month is one edit of its document", () => {
  const { world, memory } = aMemory();
  const { id } = valueOf(remember(memory, { claim: "old words", tags: ["a"] }));
  const before = world.sent.length;
  valueOf(edit(memory, id, { text: "new words", addTags: ["b"], isPinned: true }));
  expect(world.sent.length).toBe(before + 1);
});

describe("[MEM8] links that two devices made at once can run in a circle", () => {
  test("and its newest is still shown, on both", () => {
    const world = createWorld();
    const [laptop, tower] = [world.device("laptop").memory, world.device("tower").memory];
    const a = valueOf(remember(laptop, { claim: "a" })).id;
    world.clock.nowMs += 1;
    const b = valueOf(remember(laptop, { claim: "b" })).id;
    world.exchange();
    world.clock.nowMs += 1;
    valueOf(edit(laptop, a, { text: "b" }));
    valueOf(markDuplicates(laptop, valueOf(docNames(laptop))));
    world.clock.nowMs += 1;
    const newest = valueOf(edit(tower, b, { text: "a" })).id;
    valueOf(markDuplicates(tower, valueOf(docNames(tower))));
    world.exchange();
    expect(idsIn(laptop)).toEqual([newest]);
    expect(idsIn(tower)).toEqual([newest]);
  });
});
