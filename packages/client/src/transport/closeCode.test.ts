import { expect, test } from "vitest";
import { refusalOfCloseCode } from "./closeCode.ts";

test.each([
  [4_429, "TooManyConnections"],
  [4_403, "DeviceRemoved"],
  [1_012, "ShuttingDown"],
] as const)("a relay that closes with %i says %s", (code, name) => {
  expect(refusalOfCloseCode(code)).toBe(name);
});

test.each([undefined, 1_000, 1_002, 1_006, 1_009, 4_999])("%j says nothing", (code) => {
  expect(refusalOfCloseCode(code)).toBeUndefined();
});
