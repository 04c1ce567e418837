import fc from "fast-check";
import { expect, test } from "vitest";
import { createEntryId } from "../ids.ts";
import { valueOf } from "../testing/replicas.ts";
import { monthOf, parseDocName, placeOf, rootDoc, sessionsDoc, shardDoc } from "./names.ts";

const aProject = createEntryId("project", { atMs: 5, randomBytes: (n) => new Uint8Array(n) });

test("[MEM14] a document's name says what is in it, and is read back", () => {
  const places = fc.record({
    project: fc.constantFrom(undefined, aProject),
    atMs: fc.integer({ min: 0, max: 253_402_300_799_999 }),
    part: fc.integer({ min: 1, max: 99_999 }),
  });
  fc.assert(
    fc.property(places, ({ project, atMs, part }) => {
      const shard = { project, month: monthOf(atMs), part };
      const name = shardDoc(shard);
      expect(valueOf(parseDocName(name))).toBe(name);
      expect(placeOf(name)).toEqual({ kind: "memory", ...shard });
      const sessions = sessionsDoc(atMs);
      expect(placeOf(valueOf(parseDocName(sessions)))).toMatchObject({ kind: "sessions" });
    }),
  );
});

test("[MEM14] a month is the same in all time zones", () => {
  expect(monthOf(Date.parse("2026-12-01T00:30:00+02:00"))).toBe("2026-11");
  expect(shardDoc({ project: undefined, month: "2026-11", part: 1 })).toBe("mem/_/2026-11");
  expect(shardDoc({ project: undefined, month: "2026-11", part: 2 })).toBe("mem/_/2026-11.2");
  expect(placeOf(rootDoc)).toEqual({ kind: "root" });
});

test.each(["", "mem/_/2026", "mem/x/2026-11", "mem/_/2026-11.0", "mem/_/2026-11.", "other"])(
  "[MEM14] not a name that we know: %s",
  (text) => {
    expect(parseDocName(text).ok).toBe(false);
  },
);
