import { describe, expect, test } from "vitest";
import { BrokenAssumption } from "../result.ts";
import { encode, type Writer } from "./writer.ts";

describe("a number that does not fit is our own bug, and is thrown", () => {
  test.each<[string, (to: Writer) => void]>([
    ["256 as u8", (to) => to.u8(256)],
    ["-1 as u8", (to) => to.u8(-1)],
    ["a fraction as u8", (to) => to.u8(1.5)],
    ["2^32 as u32", (to) => to.u32(2 ** 32)],
    ["-1 as u32", (to) => to.u32(-1)],
    ["NaN as u32", (to) => to.u32(Number.NaN)],
    ["2^53 as u64", (to) => to.u64(2 ** 53)],
    ["-1 as u64", (to) => to.u64(-1)],
    ["a fraction as u64", (to) => to.u64(0.1)],
    ["2^53 as varUint", (to) => to.varUint(2 ** 53)],
    ["-1 as varUint", (to) => to.varUint(-1)],
    ["infinity as varUint", (to) => to.varUint(Number.POSITIVE_INFINITY)],
  ])("%s", (_, write) => {
    expect(() => encode(write)).toThrow(BrokenAssumption);
  });
});

test("what was written does not change when the bytes it was made of do", () => {
  const part = new Uint8Array([1, 2, 3]);
  const written = encode((to) => {
    to.bytes(part);
    to.varBytes(part);
  });
  part.fill(9);
  expect([...written]).toEqual([1, 2, 3, 3, 1, 2, 3]);
});

test.each([0, 1, 3, 7, 8, 100])(
  "room for %i bytes, too little or too much, changes nothing",
  (byteLengthMax) => {
    const write = (to: Writer): void => {
      to.bytes(new Uint8Array([1, 2, 3]));
      to.varBytes(new Uint8Array([4, 5, 6]));
    };
    expect(encode(write, byteLengthMax)).toEqual(encode(write));
  },
);
