import fc from "fast-check";
import { expect, test } from "vitest";
import { byAge, createEntryId, parseEntryId, prefixByType, timeOfId, typeOfId } from "./ids.ts";
import { type EntryType } from "./ids.ts";
import { valueOf } from "./testing/replicas.ts";

const types = Object.keys(prefixByType) as EntryType[];
const anId = fc.record({
  type: fc.constantFrom(...types),
  atMs: fc.integer({ min: 0, max: 2 ** 48 - 1 }),
  bytes: fc.uint8Array({ minLength: 16, maxLength: 16 }),
});

test("[MEM1] an id says its type and its time, and is a UUIDv7 behind the prefix", () => {
  fc.assert(
    fc.property(anId, ({ type, atMs, bytes }) => {
      const id = createEntryId(type, { atMs, randomBytes: () => bytes });
      expect(valueOf(parseEntryId(id))).toBe(id);
      expect(typeOfId(id)).toBe(type);
      expect(timeOfId(id)).toBe(atMs);
      const signs = "0123456789abcdefghjkmnpqrstvwxyz";
      let value = 0n;
      for (const sign of id.split("_")[1] ?? "") value = value * 32n + BigInt(signs.indexOf(sign));
      const hex = value.toString(16).padStart(32, "0");
      expect([hex[12], "89ab".includes(hex[16] ?? "?")]).toEqual(["7", true]);
    }),
  );
});

test("[MEM1] ids sort as their times do, whatever their types", () => {
  fc.assert(
    fc.property(anId, anId, (one, other) => {
      const [a, b] = [one, other].map(({ type, atMs, bytes }) =>
        createEntryId(type, { atMs, randomBytes: () => bytes }),
      );
      if (a === undefined || b === undefined || one.atMs === other.atMs) return;
      expect(Math.sign(byAge(a, b))).toBe(Math.sign(one.atMs - other.atMs));
    }),
  );
});

test("an id does not change the random bytes it was given", () => {
  const bytes = new Uint8Array(16).fill(255);
  createEntryId("fact", { atMs: 5, randomBytes: () => bytes });
  expect(bytes.every((byte) => byte === 255)).toBe(true);
});

test.each(["", "f_", "x_01m6gmfkg0ft692ffb8562d25s", "f_81m6gmfkg0ft692ffb8562d25s"])(
  "no id: %s",
  (text) => {
    expect(parseEntryId(text).ok).toBe(false);
  },
);

test.each([
  "f_01m6gmfkg0ft692ffb8562d25S",
  "f_01m6gmfkg0ft692ffb8562d25l",
  "f_01m6gmfkg0ft692ffb8562d25s ",
])("no id, though nearly: %s", (text) => {
  expect(parseEntryId(text).ok).toBe(false);
});
