import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bytesToHex, hexToBytes } from "./hex.ts";

const someSigns = fc.constantFrom("0", "1", "9", "a", "f", "g", "A", "F", " ", "ÿ");

describe("hex", () => {
  test("is two lowercase digits for each byte", () => {
    expect(bytesToHex(new Uint8Array([0, 9, 10, 15, 16, 255]))).toBe("00090a0f10ff");
  });

  test("comes back as the bytes it was made of", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(hexToBytes(bytesToHex(bytes))).toEqual(bytes);
      }),
    );
  });

  test.each([
    ["an odd number of digits", "abc"],
    ["upper case", "AB"],
    ["a letter behind f", "0g"],
    ["a sign in front", "-1"],
    ["a prefix", "0x"],
    ["a space", " 1"],
    ["a sign between digits and letters", "0:"],
    ["a wide digit", "0１"],
    ["a letter whose code ends like a digit's", "0\u0130"],
    ["a pair of surrogates", "\u{1F600}"],
  ])("%s is no hex", (_, text) => {
    expect(hexToBytes(text)).toBeUndefined();
  });

  test("only text that hex makes is read as hex", () => {
    fc.assert(
      fc.property(fc.string({ unit: someSigns, maxLength: 6 }), (text) => {
        const bytes = hexToBytes(text);
        expect(bytes === undefined ? text : bytesToHex(bytes)).toBe(text);
      }),
    );
  });
});
