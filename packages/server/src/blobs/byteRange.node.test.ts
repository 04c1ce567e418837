import { describe, expect, test } from "vitest";
import { type ByteRange, parseByteRange } from "./byteRange.ts";

const part = (start: number, end: number): ByteRange => ({ kind: "part", start, end });
const whole: ByteRange = { kind: "whole" };
const unsatisfiable: ByteRange = { kind: "unsatisfiable" };

describe("the range of a chunk of 1,000 bytes", () => {
  test.each<readonly [string, ByteRange]>([
    ["bytes=0-0", part(0, 1)],
    ["bytes=0-499", part(0, 500)],
    ["bytes=500-", part(500, 1_000)],
    ["bytes=999-999", part(999, 1_000)],
    ["bytes=10-5000", part(10, 1_000)],
    ["bytes=-1", part(999, 1_000)],
    ["bytes=-5000", part(0, 1_000)],
    ["BYTES=0-9", part(0, 10)],
    ["bytes=00-09", part(0, 10)],
  ])("%s is served", (header, expected) => {
    expect(parseByteRange(header, 1_000)).toEqual(expected);
  });

  test.each(["bytes=1000-", "bytes=1000-1001", "bytes=-0", "bytes=999999999999999-"])(
    "%s is beyond it",
    (header) => {
      expect(parseByteRange(header, 1_000)).toEqual(unsatisfiable);
    },
  );

  test.each([
    undefined,
    "",
    "bytes",
    "bytes=",
    "bytes=-",
    "bytes=5-4",
    "bytes=1000-999",
    "bytes=0-1,3-4",
    "bytes=0-1, 3-4",
    "bytes=a-b",
    "bytes=+1-2",
    "bytes=1e2-",
    "bytes=0x1-2",
    "bytes= 0-1",
    "bytes=0-1 ",
    "bytes=0.5-1",
    "bytes=--1",
    "bytes=1-2-3",
    "items=0-1",
    "bytes=0-1\n",
    "bytes=1234567890123456-",
  ])("%j is no range of ours, so the whole is served", (header) => {
    expect(parseByteRange(header, 1_000)).toEqual(whole);
  });

  test("whatever is served lies within the chunk and holds a byte", () => {
    for (let first = 0; first < 5; first++)
      for (let last = 0; last < 7; last++) {
        const range = parseByteRange(`bytes=${first}-${last}`, 4);
        if (range.kind !== "part") continue;
        expect(range.start).toBeGreaterThanOrEqual(0);
        expect(range.end).toBeGreaterThan(range.start);
        expect(range.end).toBeLessThanOrEqual(4);
      }
  });
});
