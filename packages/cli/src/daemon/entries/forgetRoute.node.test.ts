import { undoMs } from "@duro/memory";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { entryRoutes } from "./entryRoutes.ts";
import { openTestDaemon, problemOf, type TestDaemon, valueOf } from "./testing/openTestDaemon.ts";

let daemon: TestDaemon;
beforeEach(async () => {
  daemon = await openTestDaemon(entryRoutes);
});
afterEach(() => daemon[Symbol.asyncDispose]());

const facts = async (count: number): Promise<readonly string[]> => {
  const ids: string[] = [];
  for (let index = 0; index < count; index += 1)
    ids.push(valueOf(await daemon.call("remember", { text: `fact ${index}` })).id);
  return ids;
};

const listed = (): readonly string[] =>
  daemon.home.index.list({ limit: 200 }).items.map(({ id }) => id);

describe("forget", () => {
  test("takes entries out of sight, says until when, and brings them back", async () => {
    const ids = await facts(2);
    const forgotten = valueOf(await daemon.call("forget", { ids, how: "forget" }));
    expect(forgotten.ids).toEqual(ids);
    const untilMs = Date.parse(forgotten.undoUntil ?? "");
    expect(Math.abs(untilMs - Date.now() - undoMs)).toBeLessThan(60_000);
    expect(listed()).toEqual([]);
    expect(valueOf(await daemon.call("forget", { ids, how: "undo" }))).toEqual({ ids });
    expect(listed().toSorted()).toEqual([...ids].toSorted());
  });

  test("takes the older versions along, and names them apart", async () => {
    const [old] = await facts(1);
    if (old === undefined) throw new Error("a fact");
    const { id } = valueOf(await daemon.call("edit", { id: old, text: "anew" }));
    const forgotten = valueOf(await daemon.call("forget", { ids: [id], how: "forget" }));
    expect([forgotten.ids, forgotten.also]).toEqual([[id], [old]]);
  });

  test("twice is the same as once, and keeps the first time", async () => {
    const ids = await facts(1);
    const first = valueOf(await daemon.call("forget", { ids, how: "forget" }));
    daemon.aheadMs = 3_600_000;
    expect(valueOf(await daemon.call("forget", { ids, how: "forget" }))).toEqual(first);
  });

  test("cannot be undone after seven days, nor where nothing is forgotten", async () => {
    const [gone, kept] = await facts(2);
    if (gone === undefined || kept === undefined) throw new Error("two facts");
    valueOf(await daemon.call("forget", { ids: [gone], how: "forget" }));
    expect(problemOf(await daemon.call("forget", { ids: [kept], how: "undo" })).code).toBe(
      "NotForgotten",
    );
    daemon.aheadMs = undoMs + 60_000;
    const late = problemOf(await daemon.call("forget", { ids: [gone], how: "undo" }));
    expect(late).toMatchObject({ code: "UndoTimeOver", exit: 2 });
  });

  test("of one unknown id forgets nothing at all", async () => {
    const ids = await facts(1);
    const problem = problemOf(
      await daemon.call("forget", { ids: [...ids, "f_00000000000000000000000000"], how: "forget" }),
    );
    expect(problem.code).toBe("NoEntry");
    expect(listed()).toEqual(ids);
  });
});

describe("a mass deletion", () => {
  test("of more than a fifth waits for a yes, with 12", async () => {
    const ids = await facts(14);
    const few = ids.slice(0, 3);
    const problem = problemOf(await daemon.call("forget", { ids: few, how: "forget" }));
    expect(problem).toMatchObject({ code: "MassDeletion", exit: 12 });
    expect(problem.message).toContain("3 entries");
    expect(listed().length).toBe(14);
    const two = ids.slice(0, 2);
    expect(valueOf(await daemon.call("forget", { ids: two, how: "forget" })).ids).toEqual(two);
    const agreed = { ids: few, how: "forget", isAgreed: true } as const;
    expect(valueOf(await daemon.call("forget", agreed)).ids).toEqual(few);
    expect(listed().length).toBe(11);
  });

  test("counts an entry once that is named twice", async () => {
    const [first] = await facts(3);
    if (first === undefined) throw new Error("a fact");
    const ids = Array.from({ length: 60 }, () => first);
    expect(valueOf(await daemon.call("forget", { ids, how: "forget" })).ids).toEqual([first]);
  });

  test("is brought back as one, by the device and the time", async () => {
    const ids = await facts(5);
    valueOf(await daemon.call("forget", { ids, how: "forget", isAgreed: true }));
    const by = { device: daemon.home.memory.device, since: "2h" };
    const back = valueOf(await daemon.call("forget", { ids: [], how: "undo", by }));
    expect([...back.ids].toSorted()).toEqual([...ids].toSorted());
    expect(listed().length).toBe(5);
    const none = problemOf(await daemon.call("forget", { ids: [], how: "undo", by }));
    expect(none).toMatchObject({ code: "NothingForgotten", exit: 2 });
    const bad = { ids: [], how: "undo", by: { ...by, since: "soon" } } as const;
    expect(problemOf(await daemon.call("forget", bad)).code).toBe("BadSince");
  });
});

describe("a purge", () => {
  test("wants a yes, ends the time for undo, and says what is true of copies", async () => {
    const ids = await facts(2);
    const problem = problemOf(await daemon.call("forget", { ids, how: "purge" }));
    expect(problem).toMatchObject({ code: "PurgeNotAgreed", exit: 2 });
    const purged = valueOf(await daemon.call("forget", { ids, how: "purge", isAgreed: true }));
    expect(purged.ids).toEqual(ids);
    expect(purged.copies?.relay).toContain("not linked to a relay");
    const late = problemOf(await daemon.call("forget", { ids, how: "undo" }));
    expect(late.code).toBe("EntryGone");
  });

  test("of many is a mass deletion first", async () => {
    const ids = await facts(4);
    expect(problemOf(await daemon.call("forget", { ids, how: "purge" })).code).toBe("MassDeletion");
  });
});
