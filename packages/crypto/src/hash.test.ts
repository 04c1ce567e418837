import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bytesToHex } from "./bytes/hex.ts";
import { derive24, derive32, derivePair, framed, hash16, hash32 } from "./hash.ts";
import { type Label, labels } from "./labels.ts";
import { blake2b } from "./sodium.ts";
import { seededRandomBytes } from "./testing/seededRandomBytes.ts";

const anyLabel = fc.constantFrom<Label>(...Object.values(labels));
/** Short and of few values, so that two draws are often almost the same. */
const anyParts = fc.array(fc.uint8Array({ maxLength: 4, max: 2 }), { maxLength: 4 });

const parts = (...texts: readonly string[]): readonly Uint8Array[] =>
  texts.map((text) => new TextEncoder().encode(text));

describe("framing", () => {
  test("is label and parts, each behind its length", () => {
    expect(bytesToHex(framed(labels.nonce, parts("ab", "", "c")))).toBe(
      `0c${bytesToHex(new TextEncoder().encode("duro/1/nonce"))}` +
        "02000000" +
        "6162" +
        "00000000" +
        "01000000" +
        "63",
    );
  });

  test("gives equal bytes for equal input only", () => {
    fc.assert(
      fc.property(anyLabel, anyParts, anyLabel, anyParts, (label, some, otherLabel, others) => {
        const isSameInput = label === otherLabel && JSON.stringify(some) === JSON.stringify(others);
        const isSameFrame =
          bytesToHex(framed(label, some)) === bytesToHex(framed(otherLabel, others));
        expect(isSameFrame).toBe(isSameInput);
      }),
      { numRuns: 2_000 },
    );
  });

  test.each([
    ["a byte moved to the next part", parts("ab", "c"), parts("a", "bc")],
    ["two parts joined", parts("ab", "c"), parts("abc")],
    ["an empty part added in front", parts("ab"), parts("", "ab")],
    ["an empty part added behind", parts("ab"), parts("ab", "")],
    ["no part, and one empty part", parts(), parts("")],
    ["two parts exchanged", parts("a", "b"), parts("b", "a")],
    [
      "a part that holds the frame of another",
      parts("ab", "c"),
      [framed(labels.nonce, parts("ab", "c")).subarray(17)],
    ],
  ])("tells %s apart", (_, some, others) => {
    expect(framed(labels.nonce, some)).not.toEqual(framed(labels.nonce, others));
    expect(hash32(labels.nonce, ...some)).not.toEqual(hash32(labels.nonce, ...others));
  });
});

describe("a hash of long parts, which are streamed, is the hash of their frame", () => {
  const key = seededRandomBytes("key")(32);
  const long = seededRandomBytes("long")(140_000);
  /** Around every length at which hash.ts may change from joining to streaming. */
  const lengths = [
    0,
    1,
    ...[1, 2, 4, 8, 16, 32, 64].flatMap((k) => [-1, 0, 1].map((by) => 1_024 * k + by)),
  ];

  /** Parts end where these fractions of the whole lie: even ones, and one large between small ones. */
  const cuts: Readonly<Record<string, readonly number[]>> = {
    "one part": [1],
    "three parts": [1 / 3, 2 / 3, 1],
    "a large part between small ones": [0.05, 0.95, 1],
    "a large part behind an empty one": [0, 1],
    "a large part in front of an empty one": [1, 1],
  };
  const cases = Object.keys(cuts).flatMap((name) => lengths.map((length) => ({ name, length })));

  test.each(cases)("$length bytes in $name", ({ name, length }) => {
    const ends = (cuts[name] ?? []).map((fraction) => Math.round(fraction * length));
    const split = ends.map((end, at) => long.subarray(ends[at - 1] ?? 0, end));
    const whole = [framed(labels.messageKey, split)];
    const pair = blake2b(64, key, whole);
    expect(hash32(labels.messageKey, ...split)).toEqual(blake2b(32, null, whole));
    expect(hash16(labels.messageKey, ...split)).toEqual(blake2b(16, null, whole));
    expect(derive32(key, labels.messageKey, ...split)).toEqual(blake2b(32, key, whole));
    expect(derive24(key, labels.messageKey, ...split)).toEqual(blake2b(24, key, whole));
    expect(derivePair(key, labels.messageKey, ...split)).toEqual({
      first: pair.slice(0, 32),
      second: pair.slice(32),
    });
  });

  test("however the bytes are cut into calls", () => {
    const joined = blake2b(32, key, [long]);
    for (const at of [0, 1, 127, 128, 129, 9_999])
      expect(blake2b(32, key, [long.subarray(0, at), long.subarray(at)])).toEqual(joined);
  });
});

test("keys, labels, parts and output lengths each give something else", () => {
  const [one, other] = [seededRandomBytes("one")(32), seededRandomBytes("other")(32)];
  const [part] = parts("part");
  const made = [
    hash32(labels.nonce),
    hash16(labels.nonce),
    hash32(labels.nonceKey),
    hash32(labels.nonce, part ?? one),
    derive32(one, labels.nonce),
    derive24(one, labels.nonce),
    derive32(other, labels.nonce),
    derive32(one, labels.nonceKey),
    derive32(one, labels.nonce, part ?? one),
    derivePair(one, labels.nonce).first,
    derivePair(one, labels.nonce).second,
  ];
  // A shorter output is no beginning of a longer one either.
  expect(new Set(made.map((bytes) => bytesToHex(bytes.subarray(0, 16)))).size).toBe(made.length);
});
