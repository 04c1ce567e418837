import fc from "fast-check";
import { expect, test } from "vitest";
import { bytesAreEqual, concatBytes } from "./bytes.ts";

const anyBytes = fc.uint8Array({ maxLength: 40 });

test("bytes are equal only when every byte and the length are", () => {
  expect(bytesAreEqual(new Uint8Array([1, 2]), new Uint8Array([1, 2]))).toBe(true);
  expect(bytesAreEqual(new Uint8Array([1, 2]), new Uint8Array([1, 3]))).toBe(false);
  expect(bytesAreEqual(new Uint8Array([1, 2]), new Uint8Array([1, 2, 0]))).toBe(false);
  expect(bytesAreEqual(new Uint8Array([1, 2, 0]), new Uint8Array([1, 2]))).toBe(false);
  expect(bytesAreEqual(new Uint8Array(), new Uint8Array())).toBe(true);
});

test("joined bytes hold every part in order, and are a copy", () => {
  fc.assert(
    fc.property(fc.array(anyBytes), (parts) => {
      const whole = concatBytes(...parts);
      expect([...whole]).toEqual(parts.flatMap((part) => [...part]));
      for (const part of parts) expect(whole.buffer).not.toBe(part.buffer);
    }),
  );
});
