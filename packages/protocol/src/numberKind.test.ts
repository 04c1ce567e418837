import { BrokenAssumption, decode, encode } from "@duro/crypto/types";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { numberKind } from "./numberKind.ts";

const limits = [32_767, 65_535, 2 ** 32 - 1, Number.MAX_SAFE_INTEGER];

describe("number kinds", () => {
  test.each(limits)("[FRAME11] a number of a kind up to %i is whole and within it", (max) => {
    const kind = numberKind<number>("sample", max);
    for (const wrong of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, max + 1]) {
      expect(kind.parse(wrong)).toEqual({
        ok: false,
        error: { type: "NumberOutOfRange", what: "sample", max, got: wrong },
      });
      expect(() => kind.fromNumber(wrong)).toThrow(BrokenAssumption);
    }
  });

  test.each(limits)("[FRAME11] a number of a kind up to %i reads back as it was written", (max) => {
    const kind = numberKind<number>("sample", max);
    fc.assert(
      fc.property(fc.integer({ min: 0, max }), (value) => {
        expect(kind.parse(value)).toEqual({ ok: true, value });
        const bytes = encode((to) => kind.write(to, value));
        const read = decode({ what: "sample", byteLengthMax: 8 }, bytes, (from) => kind.read(from));
        expect(read).toEqual({ ok: true, value });
      }),
    );
  });

  test("[FRAME11] a number above the limit of its kind is not read", () => {
    const bytes = encode((to) => to.varUint(32_768));
    const kind = numberKind<number>("sample", 32_767);
    const read = decode({ what: "sample", byteLengthMax: 8 }, bytes, (from) => kind.read(from));
    expect(read).toMatchObject({ ok: false, error: { expected: "at most 32767" } });
  });
});
