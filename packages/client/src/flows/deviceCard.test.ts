/** Labels of devices: what a hostile one may put on another's screen. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cleanLabel, labelByteLengthMax } from "./deviceCard.ts";

describe("a label", () => {
  test.each([
    ["build-box", "build-box"],
    ["  Ben's   laptop\n", "Ben's laptop"],
    ["a\u001B[2Jb", "a [2Jb"],
    ["evil\u202Egnp.exe", "evil gnp.exe"],
    ["zero\u200Bwidth", "zero width"],
    ["line\u2028two", "line two"],
    ["\u0007", ""],
    ["Bücherei 书房", "Bücherei 书房"],
  ])("%j is shown as %j", (typed, shown) => {
    expect(cleanLabel(typed)).toBe(shown);
  });

  test("is bounded, one line, without control signs, and clean already when cleaned again", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 200 }), (typed) => {
        const label = cleanLabel(typed);
        expect(new TextEncoder().encode(label).length).toBeLessThanOrEqual(labelByteLengthMax);
        expect(label).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
        expect(cleanLabel(label)).toBe(label);
      }),
    );
  });
});
