import { forget, type EntryId } from "@duro/memory";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ForgottenRow } from "../index/searchIndex.ts";
import { entryRoutes } from "./entryRoutes.ts";
import { massDeletionNotices, massDeletionsIn } from "./massDeletionNotices.ts";
import { openTestDaemon, valueOf } from "./testing/openTestDaemon.ts";

const minuteMs = 60_000;
const row = (device: string, atMs: number): ForgottenRow => ({
  id: "f_00000000000000000000000000" as EntryId,
  device,
  atMs,
});
const many = (device: string, count: number, { fromMs = 0, everyMs = 0 } = {}) =>
  Array.from({ length: count }, (_, index) => row(device, fromMs + index * everyMs));

const found = (rows: readonly ForgottenRow[], visibleCount: number) =>
  massDeletionsIn(
    rows.toSorted((a, b) => a.atMs - b.atMs),
    { visibleCount, ownDevice: "own" },
  );

describe("a mass deletion of another device", () => {
  test("is more than 50 at once, or more than a fifth of what was there", () => {
    expect(found(many("tower", 50), 10_000)).toEqual([]);
    expect(found(many("tower", 51), 10_000)).toEqual([{ device: "tower", fromMs: 0, count: 51 }]);
    expect(found(many("tower", 20), 80)).toEqual([]);
    expect(found(many("tower", 21), 79)).toEqual([{ device: "tower", fromMs: 0, count: 21 }]);
    expect(found(many("tower", 2), 1)).toEqual([]);
  });

  test("is one though it takes an hour, and several where there was a pause", () => {
    const slow = many("tower", 60, { everyMs: minuteMs });
    expect(found(slow, 10_000)).toEqual([{ device: "tower", fromMs: 0, count: 60 }]);
    const seldom = many("tower", 60, { everyMs: 11 * minuteMs });
    expect(found(seldom, 10_000)).toEqual([]);
  });

  test("is told apart from that of others, and never our own", () => {
    const rows = [...many("tower", 40), ...many("phone", 40), ...many("own", 500)];
    expect(found(rows, 10_000)).toEqual([]);
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom("own", "a", "b"), fc.nat(10_000_000))),
        fc.nat(2_000),
        (pairs, visibleCount) => {
          const bursts = found(
            pairs.map(([device, atMs]) => row(device, atMs)),
            visibleCount,
          );
          for (const { device, count } of bursts) {
            expect(device).not.toBe("own");
            const all = pairs.filter(([one]) => one === device).length;
            expect(count).toBeLessThanOrEqual(all);
            expect(count).toBeGreaterThan(2);
          }
        },
      ),
    );
  });
});

test("a notice says who, how many and how to undo it, until it is undone", async () => {
  await using daemon = await openTestDaemon(entryRoutes);
  const { home } = daemon;
  const ids: EntryId[] = [];
  for (let index = 0; index < 6; index += 1)
    ids.push(valueOf(await daemon.call("remember", { text: `fact ${index}` })).id as EntryId);
  const forgotten = { ids: ids.slice(0, 3), how: "forget", isAgreed: true } as const;
  valueOf(await daemon.call("forget", forgotten));
  // Seen from another device of the same memory.
  const seen = { ...home, memory: { ...home.memory, device: "another" }, nameOf: () => "tower" };
  const [notice] = massDeletionNotices(seen);
  expect(notice).toMatchObject({ code: "mass-deletion", severity: "alert" });
  expect(notice?.message).toContain("tower forgot 3 of 6 entries at once");
  expect(massDeletionNotices(home)).toEqual([]);
  const { device, since } =
    /--undo --device (?<device>\S+) --since (?<since>[^\s;]+)/u.exec(notice?.next ?? "")?.groups ??
    {};
  const by = { device: device ?? "", since: since ?? "" };
  const back = valueOf(await daemon.call("forget", { ids: [], how: "undo", by }));
  expect(back.ids.length).toBe(3);
  expect(massDeletionNotices(seen)).toEqual([]);
});

test("a notice ends with a purge of what was meant", async () => {
  await using daemon = await openTestDaemon(entryRoutes);
  const { home } = daemon;
  for (let index = 0; index < 5; index += 1)
    valueOf(await daemon.call("remember", { text: `fact ${index}` }));
  const ids = home.index.list({ limit: 4 }).items.map(({ id }) => id);
  valueOf(await home.write((memory) => forget(memory, ids)));
  const seen = { ...home, memory: { ...home.memory, device: "another" } };
  expect(massDeletionNotices(seen).length).toBe(1);
  const by = { device: home.memory.device, since: "1h" };
  const purged = { ids: [], how: "purge", by, isAgreed: true } as const;
  expect(valueOf(await daemon.call("forget", purged)).ids.length).toBe(4);
  expect(massDeletionNotices(seen)).toEqual([]);
});
