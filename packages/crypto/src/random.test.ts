import { expect, test } from "vitest";
import { systemRandomBytes } from "./random.ts";

test.each([0, 1, 24, 65_536, 65_537, 200_000])(
  "the system gives %d random bytes, also more than the platform gives at once",
  (byteLength) => {
    expect(systemRandomBytes(byteLength)).toHaveLength(byteLength);
  },
);

test("every part of a long draw is filled, and no two draws are equal", () => {
  const drawn = systemRandomBytes(200_000);
  // 64 zeros in a row come once in 2^512 draws.
  for (let at = 0; at + 64 <= drawn.length; at += 64)
    expect(drawn.subarray(at, at + 64).some((byte) => byte !== 0)).toBe(true);
  expect(systemRandomBytes(32)).not.toEqual(systemRandomBytes(32));
});
