import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { pad, paddedByteLength, padmeByteLength, unpad, withPadded } from "./padding.ts";
import { paddedByteLengthMin } from "./sizes.ts";
import { mustFail } from "./testing/outcome.ts";
import { must } from "./testing/people.ts";
import { filled } from "./testing/samples.ts";
import { seededRandomBytes } from "./testing/seededRandomBytes.ts";

const floorLog2 = (value: bigint): bigint => BigInt(value.toString(2).length - 1);

/** Algorithm 1 of the paper, step by step, in whole numbers of any size. */
const padmeOfPaper = (byteLength: number): number => {
  const L = BigInt(byteLength);
  const E = floorLog2(L);
  const S = floorLog2(E) + 1n;
  const lastBits = E - S;
  const bitMask = lastBits > 0n ? 2n ** lastBits - 1n : 0n;
  return Number((L + bitMask) & ~bitMask);
};

const aroundPowersOfTwo = Array.from({ length: 40 }, (_, at) => 2 ** (at + 1))
  .flatMap((power) => [power - 1, power, power + 1, power + 2, Math.floor(1.5 * power) + 1])
  .filter((byteLength) => byteLength >= 2);

describe("PADMÉ", () => {
  test.each([
    [0, 0],
    [1, 1],
    [2, 2],
    [8, 8],
    [9, 10],
    [17, 18],
    [33, 36],
    [100, 104],
    [129, 144],
    [255, 256],
    [257, 272],
    [1_000, 1_024],
    [1_025, 1_088],
    [65_544, 67_584],
    [1_000_000, 1_015_808],
    [1_048_584, 1_081_344],
    [2 ** 40 + 1, 2 ** 40 + 2 ** 34],
  ])("makes %d bytes %d", (byteLength, padded) => {
    expect(padmeByteLength(byteLength)).toBe(padded);
  });

  test("is the paper's algorithm, around every power of two up to 2^41", () => {
    const wrong = aroundPowersOfTwo.filter(
      (byteLength) => padmeByteLength(byteLength) !== padmeOfPaper(byteLength),
    );
    expect(wrong).toEqual([]);
  });

  test("is the paper's algorithm for any length", () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 2 ** 45 }), (byteLength) => {
        expect(padmeByteLength(byteLength)).toBe(padmeOfPaper(byteLength));
      }),
      { numRuns: 1_000 },
    );
  });

  test("adds less than 12 %, keeps what it made, and never puts a longer thing on a lower step", () => {
    const lengths = [
      ...Array.from({ length: 70_000 }, (_, at) => at + 1),
      ...aroundPowersOfTwo,
    ].toSorted((left, right) => left - right);
    let before = 0;
    const wrong = lengths.filter((byteLength) => {
      const padded = padmeByteLength(byteLength);
      const isRight =
        padded >= byteLength &&
        padded < 1.12 * byteLength &&
        padded >= before &&
        padmeByteLength(padded) === padded;
      before = padded;
      return !isRight;
    });
    expect(wrong).toEqual([]);
  });

  test("leaves few lengths to tell apart: 70,000 fall on less than 300 steps", () => {
    const steps = new Set(Array.from({ length: 70_000 }, (_, at) => padmeByteLength(at)));
    expect(steps.size).toBeLessThan(300);
  });
});

describe("a padded content", () => {
  test.each([0, 1, 200, 247, 248, 249, 264, 265, 1_000, 65_536])(
    "of %d bytes comes back",
    (byteLength) => {
      const content = seededRandomBytes("content")(byteLength);
      const padded = pad(content);
      expect(padded).toHaveLength(paddedByteLength(byteLength));
      expect(must(unpad(padded))).toEqual(content);
    },
  );

  test("of any bytes comes back", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2_000 }), (content) => {
        expect(must(unpad(pad(content)))).toEqual(content);
      }),
    );
  });

  test("of up to 248 bytes does not show its length", () => {
    for (const byteLength of [0, 1, 100, 248]) expect(paddedByteLength(byteLength)).toBe(256);
    expect(paddedByteLength(249)).toBe(272);
  });

  test("does not change when the content does afterwards", () => {
    const content = filled(10, 1);
    const padded = pad(content);
    content.fill(2);
    expect(must(unpad(padded))).toEqual(filled(10, 1));
  });
});

/** 10 bytes of content in 256, with something else written over. */
const withWritten = (at: number, ...bytes: readonly number[]): Uint8Array => {
  const padded = pad(filled(10, 7));
  padded.set(bytes, at);
  return padded;
};

const withLength = (byteLength: bigint, total = paddedByteLengthMin): Uint8Array => {
  const padded = new Uint8Array(total);
  new DataView(padded.buffer).setBigUint64(0, byteLength, true);
  return padded;
};

describe("a padding that pad would not have made is refused", () => {
  test.each([
    ["a byte right behind the content", withWritten(18, 1)],
    ["a last byte", withWritten(255, 1)],
    ["a length that leaves a byte of the content over", withWritten(0, 9)],
    ["a length beyond this step", withLength(249n)],
    ["a length beyond the bytes", withLength(300n)],
    ["a length of 2^32", withLength(2n ** 32n)],
    ["the largest length that a number holds", withLength(2n ** 53n - 1n)],
    ["a little below the largest", withLength(2n ** 53n - 9n)],
    ["a length of 2^53", withLength(2n ** 53n)],
    ["a length of 2^64 - 1", withLength(2n ** 64n - 1n)],
    ["a byte too few", pad(filled(10, 7)).subarray(0, 255)],
    ["a byte too many", new Uint8Array([...pad(filled(10, 7)), 0])],
    ["the next step", withLength(10n, 272)],
    ["no padding at all", withLength(10n, 18)],
    ["a length alone", withLength(0n, 8)],
    ["less than a length", new Uint8Array(7)],
    ["nothing", new Uint8Array()],
  ])("%s", (_, padded) => {
    expect(mustFail(unpad(padded))).toMatchObject({ type: "Malformed", what: "padding" });
  });
});

describe("padding in a buffer that is used again", () => {
  const contents = [70_000, 5, 300_000, 0, 131_000, 4_096].map((byteLength) =>
    new Uint8Array(byteLength).fill(byteLength % 251 || 1),
  );

  test("gives what pad gives, whatever was padded before", () => {
    for (const content of contents)
      expect(withPadded(content, (padded) => padded.slice())).toEqual(pad(content));
  });

  test("leaves no byte of the content behind, also when its user throws", () => {
    const kept: Uint8Array[] = [];
    const keeping = (padded: Uint8Array): never => {
      kept.push(padded);
      throw new RangeError("its user threw");
    };
    expect(() => withPadded(new Uint8Array(1_000).fill(7), keeping)).toThrow("its user threw");
    withPadded(new Uint8Array(2_000).fill(9), (padded) => kept.push(padded));
    expect(kept.map((padded) => padded.some((byte) => byte !== 0))).toEqual([false, false]);
  });
});
