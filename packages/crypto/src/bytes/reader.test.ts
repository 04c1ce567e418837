import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { mustFail, outcomeOf } from "../testing/outcome.ts";
import { must } from "../testing/people.ts";
import { decode, type Malformed, type Reader } from "./reader.ts";
import { encode, type Writer } from "./writer.ts";

const limit = { what: "sample", byteLengthMax: 1000 };

const bytesOf = (...bytes: readonly number[]): Uint8Array => new Uint8Array(bytes);

/** The middle of a larger buffer whose other bytes would be read as numbers. */
const insideLarger = (bytes: Uint8Array): Uint8Array => {
  const larger = new Uint8Array(bytes.length + 64).fill(1);
  larger.set(bytes, 32);
  return larger.subarray(32, 32 + bytes.length);
};

const throwing = (): never => {
  throw new RangeError("ours");
};

const u8s = fc.integer({ min: 0, max: 0xff });
const u32s = fc.integer({ min: 0, max: 0xffff_ffff });
const safe = fc.maxSafeNat();
const byteStrings: fc.Arbitrary<Uint8Array> = fc.uint8Array({ maxLength: 200 });
const fiveBytes: fc.Arbitrary<Uint8Array> = fc.uint8Array({ minLength: 5, maxLength: 5 });
/** Every string that UTF-8 can spell: no half of a pair of surrogates. */
const texts = fc.string({ unit: "binary", maxLength: 40 });

interface Twin<T> {
  readonly values: fc.Arbitrary<T>;
  readonly write: (to: Writer, value: T) => void;
  readonly read: (from: Reader) => T;
}

const twin = <T>(
  values: fc.Arbitrary<T>,
  write: Twin<T>["write"],
  read: Twin<T>["read"],
): (() => void) => {
  const roundTrip = (value: T): void => {
    const bytes = encode((to) => write(to, value));
    expect(must(decode(limit, bytes, read))).toEqual(value);
    expect(must(decode(limit, insideLarger(bytes), read))).toEqual(value);
    for (let cut = 0; cut < bytes.length; cut++) {
      const shorter = insideLarger(bytes.subarray(0, cut));
      expect(outcomeOf(decode(limit, shorter, read))).toBe("Malformed");
    }
    expect(outcomeOf(decode(limit, bytesOf(...bytes, 0), read))).toBe("Malformed");
  };
  return () => fc.assert(fc.property(values, roundTrip));
};

describe("[WIRE1] what is written is read back, whole, and not a byte short or over", () => {
  test.each([
    [
      "u8",
      twin(
        u8s,
        (to, value) => to.u8(value),
        (from) => from.u8(),
      ),
    ],
    [
      "u32",
      twin(
        u32s,
        (to, value) => to.u32(value),
        (from) => from.u32(),
      ),
    ],
    [
      "u64",
      twin(
        safe,
        (to, value) => to.u64(value),
        (from) => from.u64(),
      ),
    ],
    [
      "varUint",
      twin(
        safe,
        (to, value) => to.varUint(value),
        (from) => from.varUint(),
      ),
    ],
    [
      "bool",
      twin(
        fc.boolean(),
        (to, value) => to.bool(value),
        (from) => from.bool(),
      ),
    ],
    [
      "varBytes",
      twin(
        byteStrings,
        (to, value) => to.varBytes(value),
        (from) => from.varBytes(200),
      ),
    ],
    [
      "text",
      twin(
        texts,
        (to, value) => to.text(value),
        (from) => from.text(200),
      ),
    ],
    [
      "fixed bytes",
      twin(
        fiveBytes,
        (to, value) => to.bytes(value),
        (from) => from.bytes(5),
      ),
    ],
    [
      "list",
      twin(
        fc.array(u32s, { maxLength: 20 }),
        (to, values) => to.list(values, (_, value) => to.u32(value)),
        (from) => from.list(20, 4, () => from.u32()),
      ),
    ],
  ])("%s", (_, roundTrips) => {
    expect(roundTrips).not.toThrow();
  });

  test.each([0, 127, 128, 16_383, 16_384, 2 ** 31, 2 ** 32, 2 ** 52, Number.MAX_SAFE_INTEGER])(
    "the number %d as u64 and as varUint",
    (value) => {
      const bytes = encode((to) => {
        to.u64(value);
        to.varUint(value);
      });
      expect(must(decode(limit, bytes, (from) => [from.u64(), from.varUint()]))).toEqual([
        value,
        value,
      ]);
    },
  );

  test("the rest, up to the last byte", () => {
    const whole = encode((to) => to.bytes(bytesOf(7, 1, 2, 3)));
    for (const bytes of [whole, whole.subarray(0, 1)])
      expect(must(decode(limit, bytes, (from) => [from.u8(), from.rest(3)]))).toEqual([
        7,
        bytes.slice(1),
      ]);
  });
});

test("text keeps every sign it was written with, a byte order mark in front too", () => {
  for (const text of ["\ufeffmark", "a\u0000b", "\r\n", "e\u0301", "\u{1F600}"]) {
    const bytes = encode((to) => to.text(text));
    expect(must(decode(limit, bytes, (from) => from.text(20)))).toBe(text);
    expect(decode(limit, bytes, (from) => from.skipText(20)).ok).toBe(true);
  }
});

test("numbers are little-endian", () => {
  const bytes = encode((to) => {
    to.u32(0x0a0b_0c0d);
    to.u64(0x01_0000_0002);
    to.varUint(300);
  });
  expect([...bytes]).toEqual([0x0d, 0x0c, 0x0b, 0x0a, 2, 0, 0, 0, 1, 0, 0, 0, 0xac, 0x02]);
});

describe("[WIRE2] [WIRE3] refused", () => {
  const ff = 0xff;
  test.each<[string, Uint8Array, (from: Reader) => unknown, Partial<Malformed>]>([
    ["a zero spelled in two bytes", bytesOf(0x80, 0), (from) => from.varUint(), { at: 0 }],
    ["a padded 1", bytesOf(0x81, 0x80, 0), (from) => from.varUint(), { got: "a padded one" }],
    [
      "a number padded with a hundred bytes",
      bytesOf(0x81, ...Array.from({ length: 100 }, () => 0x80), 0),
      (from) => from.varUint(),
      { got: "a padded one" },
    ],
    [
      "a number behind a hundred empty bytes",
      bytesOf(0x81, ...Array.from({ length: 200 }, () => 0x80), 1),
      (from) => from.varUint(),
      { expected: "a number below 2^53" },
    ],
    [
      "2^53 as varUint",
      bytesOf(0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x10),
      (from) => from.varUint(),
      { got: "a larger one" },
    ],
    [
      "2^53 + 1 as varUint",
      bytesOf(0x81, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x10),
      (from) => from.varUint(),
      { got: "a larger one" },
    ],
    [
      "a varUint of all bits",
      bytesOf(ff, ff, ff, ff, ff, ff, ff, ff, ff, 0x01),
      (from) => from.varUint(),
      { expected: "a number below 2^53" },
    ],
    ["an unfinished varUint", bytesOf(0x80, 0x80), (from) => from.varUint(), { at: 0 }],
    ["a varUint over its limit", bytesOf(11), (from) => from.varUint(10), { got: "11" }],
    ["2^53 as u64", bytesOf(0, 0, 0, 0, 0, 0, 0x20, 0), (from) => from.u64(), { at: 0 }],
    ["2^64 - 1 as u64", bytesOf(ff, ff, ff, ff, ff, ff, ff, ff), (from) => from.u64(), { at: 0 }],
    ["a bool of 2", bytesOf(2), (from) => from.bool(), { expected: "0 or 1", got: "2", at: 0 }],
    ["a bool of 255", bytesOf(ff), (from) => from.bool(), { got: "255" }],
    ["varBytes over their limit", bytesOf(3, 1, 1, 1), (from) => from.varBytes(2), { got: "3" }],
    ["varBytes beyond the end", bytesOf(4, 1, 1, 1), (from) => from.varBytes(9), { got: "3" }],
    ["text over its limit", bytesOf(3, 97, 97, 97), (from) => from.text(2), { got: "3" }],
    [
      "skipped text over its limit",
      bytesOf(3, 97, 97, 97),
      (from) => from.skipText(2),
      { got: "3" },
    ],
    ["skipped bytes that are no text", bytesOf(2, 97, 0x80), (from) => from.skipText(9), { at: 0 }],
    ["a lone continuation byte", bytesOf(1, 0x80), (from) => from.text(9), { got: "other bytes" }],
    ["a slash in two bytes", bytesOf(2, 0xc0, 0xaf), (from) => from.text(9), { at: 0 }],
    ["half a pair of surrogates", bytesOf(3, 0xed, 0xa0, 0x80), (from) => from.text(9), { at: 0 }],
    ["a letter cut short", bytesOf(1, 0xc3), (from) => from.text(9), { expected: "UTF-8 text" }],
    ["a byte left over", bytesOf(1, 2), (from) => from.u8(), { expected: "the end", at: 1 }],
    ["nothing where a u8 should be", bytesOf(), (from) => from.u8(), { at: 0 }],
    ["three bytes of a u32", bytesOf(1, 1, 1), (from) => from.u32(), { got: "3" }],
    ["seven bytes of a u64", bytesOf(1, 1, 1, 1, 1, 1, 1), (from) => from.u64(), { got: "7" }],
    ["more bytes than there are", bytesOf(1, 1), (from) => from.bytes(3), { got: "2" }],
    ["a rest over its limit", bytesOf(1, 1, 1), (from) => from.rest(2), { got: "3" }],
    [
      "what a reader refuses by itself",
      bytesOf(1, 9),
      (from) => [from.u8(), from.refuse("a friend", "a foe")],
      { expected: "a friend", got: "a foe", at: 1 },
    ],
  ])("%s", (_, bytes, read, facts) => {
    const refusal = { type: "Malformed", what: "sample", ...facts };
    expect(mustFail(decode(limit, bytes, read))).toMatchObject(refusal);
    expect(mustFail(decode(limit, insideLarger(bytes), read))).toMatchObject(refusal);
  });

  test("bytes over the limit, before a single one is read", () => {
    const tooLong = decode({ what: "sample", byteLengthMax: 3 }, new Uint8Array(4), throwing);
    expect(tooLong).toEqual({
      ok: false,
      error: {
        type: "Malformed",
        what: "sample",
        expected: "at most 3 bytes",
        got: "4",
        at: 3,
      },
    });
  });

  test("a count that the bytes cannot hold, before an item is read", () => {
    const claimed = encode((to) => to.varUint(1_000_000));
    let itemCount = 0;
    const read = (from: Reader) =>
      from.list(Number.MAX_SAFE_INTEGER, 2, () => {
        itemCount++;
        return from.u8();
      });
    for (const bytes of [claimed, insideLarger(claimed), bytesOf(2, 1, 1, 1)])
      expect(outcomeOf(decode(limit, bytes, read))).toBe("Malformed");
    expect(itemCount).toBe(0);
  });

  test("a count over its limit", () => {
    const refusal = mustFail(
      decode(limit, bytesOf(3, 1, 1, 1), (from) => from.list(2, 1, () => from.u8())),
    );
    expect(refusal).toMatchObject({ got: "3", at: 0 });
  });
});

const readSomeOfEach = (from: Reader) => [
  from.bool(),
  from.varUint(),
  from.text(20),
  from.list(9, 1, () => from.varBytes(4)),
  from.u64(),
  from.rest(9),
];

test("whatever the bytes, a reader gives a value or Malformed and never throws", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      expect(["ok", "Malformed"]).toContain(outcomeOf(decode(limit, bytes, readSomeOfEach)));
    }),
    { numRuns: 2_000 },
  );
});

test("a bug in a reader is thrown on, and does not pass for bad bytes", () => {
  expect(() => decode(limit, bytesOf(), throwing)).toThrow("ours");
});

test("what was read stays as it was when the buffer it came from is used again", () => {
  const buffer = bytesOf(1, 2, 3, 2, 4, 5, 6);
  const [fixed, variable, rest] = must(
    decode(limit, buffer, (from) => [from.bytes(3), from.varBytes(2), from.rest(1)]),
  );
  buffer.fill(0xee);
  expect([fixed, variable, rest]).toEqual([bytesOf(1, 2, 3), bytesOf(4, 5), bytesOf(6)]);
  for (const part of [fixed, variable, rest]) expect(part?.buffer).not.toBe(buffer.buffer);
});

test("a view is no copy, ends where it was asked to, and is refused beyond the end", () => {
  const inside = insideLarger(bytesOf(1, 2, 3, 4, 5));
  const [front, rest] = must(decode(limit, inside, (from) => [from.view(2), from.restView(3)]));
  expect([front, rest]).toEqual([bytesOf(1, 2), bytesOf(3, 4, 5)]);
  for (const part of [front, rest]) expect(part?.buffer).toBe(inside.buffer);
  expect(mustFail(decode(limit, inside, (from) => from.view(6)))).toMatchObject({ got: "5" });
  expect(mustFail(decode(limit, inside, (from) => from.restView(4)))).toMatchObject({ got: "5" });
});
