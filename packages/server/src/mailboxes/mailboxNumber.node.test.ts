import { limits } from "@duro/protocol";
import { expect, test } from "vitest";
import { createMailboxNumber } from "./mailboxNumber.ts";

const numberOf = (...bytes: number[]) =>
  createMailboxNumber({ randomBytes: () => Uint8Array.from(bytes) });

test("a mailbox's number is any of its kind, each from as many random bytes as another", () => {
  expect(numberOf(0, 0)).toBe(0);
  expect(numberOf(0, 7)).toBe(7);
  expect(numberOf(1, 0)).toBe(256);
  expect(numberOf(0x7f, 0xff)).toBe(limits.mailboxNumberMax);
  expect(numberOf(0xff, 0xff)).toBe(limits.mailboxNumberMax);
  const counts = new Map<number, number>();
  for (let high = 0; high < 256; high++)
    for (let low = 0; low < 256; low++) {
      const number = numberOf(high, low);
      counts.set(number, (counts.get(number) ?? 0) + 1);
    }
  expect(counts.size).toBe(limits.mailboxNumberMax + 1);
  expect(new Set(counts.values())).toEqual(new Set([2]));
});
