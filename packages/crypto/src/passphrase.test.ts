import { describe, expect, test } from "vitest";
import {
  createStretchParameters,
  stretchBounds,
  stretchDefault,
  type StretchParameters,
  stretchPassphrase,
  type StretchRefused,
} from "./passphrase.ts";
import { secret } from "./secret.ts";
import { must } from "./testing/people.ts";
import { filled } from "./testing/samples.ts";
import { seededRandomBytes } from "./testing/seededRandomBytes.ts";

/** The least that is allowed, so that the tests stay fast. */
const least: StretchParameters = {
  opsLimit: stretchBounds.opsLimitMin,
  memoryByteLength: stretchBounds.memoryByteLengthMin,
  salt: filled(16, 1),
};

const stretch = async (text: string, changed: Partial<StretchParameters> = {}) =>
  must(await stretchPassphrase(secret(text), { ...least, ...changed })).reveal();

describe("a stretched passphrase", () => {
  test("is the same key for the same passphrase, salt and cost, and another for any other", async () => {
    const keys = [
      await stretch("correct horse"),
      await stretch("correct horse "),
      await stretch(""),
      await stretch("correct horse", { salt: filled(16, 2) }),
      await stretch("correct horse", { opsLimit: least.opsLimit + 1 }),
      await stretch("correct horse", { memoryByteLength: least.memoryByteLength + 1_048_576 }),
    ];
    expect(keys.map((key) => key.length)).toEqual([32, 32, 32, 32, 32, 32]);
    expect(new Set(keys.map(String)).size).toBe(keys.length);
    expect(await stretch("correct horse")).toEqual(keys[0]);
  });

  test("is the same however a keyboard composes its letters", async () => {
    const composed = await stretch("Zoë fiancé");
    expect(await stretch("Zoe\u0308 \ufb01ance\u0301")).toEqual(composed);
    expect(await stretch("Zoe fiance")).not.toEqual(composed);
  });
});

describe("refused before any work is done", () => {
  const { opsLimitMin, opsLimitMax, memoryByteLengthMin, memoryByteLengthMax } = stretchBounds;
  test.each<[StretchRefused["what"], string, Partial<StretchParameters>, number]>([
    ["opsLimit", "below the floor", { opsLimit: opsLimitMin - 1 }, opsLimitMin - 1],
    ["opsLimit", "above the ceiling", { opsLimit: opsLimitMax + 1 }, opsLimitMax + 1],
    ["opsLimit", "negative", { opsLimit: -3 }, -3],
    ["opsLimit", "not a number", { opsLimit: Number.NaN }, Number.NaN],
    ["opsLimit", "a fraction", { opsLimit: 2.5 }, 2.5],
    ["opsLimit", "infinite", { opsLimit: Number.POSITIVE_INFINITY }, Number.POSITIVE_INFINITY],
    [
      "memoryByteLength",
      "below the floor",
      { memoryByteLength: memoryByteLengthMin - 1 },
      memoryByteLengthMin - 1,
    ],
    [
      "memoryByteLength",
      "above the ceiling",
      { memoryByteLength: memoryByteLengthMax + 1 },
      memoryByteLengthMax + 1,
    ],
    [
      "memoryByteLength",
      "2^32 and a little",
      { memoryByteLength: 2 ** 32 + 2 ** 27 },
      2 ** 32 + 2 ** 27,
    ],
    ["memoryByteLength", "not a number", { memoryByteLength: Number.NaN }, Number.NaN],
    [
      "memoryByteLength",
      "a fraction",
      { memoryByteLength: memoryByteLengthMin + 0.5 },
      memoryByteLengthMin + 0.5,
    ],
    ["salt", "empty", { salt: new Uint8Array() }, 0],
    ["salt", "a byte short", { salt: new Uint8Array(15) }, 15],
    ["salt", "a byte long", { salt: new Uint8Array(17) }, 17],
  ])("%s %s", async (what, _, changed, got) => {
    const refused = await stretchPassphrase(secret("x"), { ...least, ...changed });
    expect(refused).toMatchObject({ ok: false, error: { type: "StretchRefused", what, got } });
  });
});

test("new parameters lie within the bounds and have a salt of their own", () => {
  const deps = { randomBytes: seededRandomBytes("stretch") };
  const [one, two] = [createStretchParameters(deps), createStretchParameters(deps)];
  expect(one).toEqual({ ...stretchDefault, salt: seededRandomBytes("stretch")(16) });
  expect(two.salt).not.toEqual(one.salt);
  expect(one.opsLimit).toBeGreaterThanOrEqual(stretchBounds.opsLimitMin);
  expect(one.opsLimit).toBeLessThanOrEqual(stretchBounds.opsLimitMax);
  expect(one.memoryByteLength).toBeGreaterThanOrEqual(stretchBounds.memoryByteLengthMin);
  expect(one.memoryByteLength).toBeLessThanOrEqual(stretchBounds.memoryByteLengthMax);
});
