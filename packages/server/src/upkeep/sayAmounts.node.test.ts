import { expect, test } from "vitest";
import { sayBytes, sayCount, sayTime } from "./sayAmounts.ts";

test.each([
  [0, "0 B"],
  [999, "999 B"],
  [1_000, "1.0 KB"],
  [1_500, "1.5 KB"],
  [999_949, "999.9 KB"],
  [999_960, "1.0 MB"],
  [12_345_678_901, "12.3 GB"],
  [Number.MAX_SAFE_INTEGER, "9.0 PB"],
])("%i bytes are %s", (byteLength, said) => {
  expect(sayBytes(byteLength)).toBe(said);
});

test("one is not many, and neither is none", () => {
  expect([0, 1, 2, 12_345].map((count) => sayCount(count, "vault"))).toEqual([
    "0 vaults",
    "1 vault",
    "2 vaults",
    "12,345 vaults",
  ]);
  expect(sayCount(2, "body", "bodies")).toBe("2 bodies");
});

test("a time is said to the minute, as it is in UTC", () => {
  expect(sayTime(Date.UTC(2026, 10, 21, 9, 5, 59))).toBe("2026-11-21 09:05 UTC");
});
