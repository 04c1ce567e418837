import { describe, expect, test } from "vitest";
import { createRowCounter } from "./rowCounter.ts";

const start = Buffer.concat([
  Buffer.from("PGCOPY\n\xff\r\n\0", "latin1"),
  Buffer.alloc(8), // flags, and the length of an extension
]);
const end = Buffer.from([0xff, 0xff]);

/** Null stands for no value. */
const row = (...fields: readonly (Buffer | null)[]): Buffer => {
  const count = Buffer.alloc(2);
  count.writeInt16BE(fields.length);
  const parts = fields.map((field) => {
    const byteLength = Buffer.alloc(4);
    byteLength.writeInt32BE(field?.length ?? -1);
    return Buffer.concat([byteLength, field ?? Buffer.alloc(0)]);
  });
  return Buffer.concat([count, ...parts]);
};

const rows = [
  row(Buffer.from([1, 2, 3]), null, Buffer.alloc(0)),
  row(null, null, Buffer.alloc(300, 0xff)),
  row(Buffer.alloc(70_000, 0), Buffer.from([0xff, 0xff]), null),
];
const table = Buffer.concat([start, ...rows, end]);

describe("the count of rows", () => {
  test.each([1, 2, 3, 7, 19, 1_000, 100_000])(
    "is the same where it is cut every %i bytes",
    (byteLength) => {
      const counter = createRowCounter();
      for (let at = 0; at < table.length; at += byteLength)
        expect(counter.take(table.subarray(at, at + byteLength))).toBe(true);
      expect(counter.rowCount()).toBe(3);
      expect(counter.isComplete()).toBe(true);
    },
  );

  test("is none in a table without rows", () => {
    const counter = createRowCounter();
    expect(counter.take(Buffer.concat([start, end]))).toBe(true);
    expect([counter.rowCount(), counter.isComplete()]).toEqual([0, true]);
  });

  test("knows at no byte but the last that the table has ended", () => {
    const counter = createRowCounter();
    for (const byte of table.subarray(0, -1)) {
      counter.take(Uint8Array.of(byte));
      expect(counter.isComplete()).toBe(false);
    }
  });

  test("refuses a byte behind the end, and lengths that cannot be", () => {
    const behind = createRowCounter();
    expect(behind.take(Buffer.concat([table, Buffer.from([0])]))).toBe(false);
    const fields = createRowCounter();
    expect(fields.take(Buffer.concat([start, Buffer.from([0xff, 0xfe])]))).toBe(false);
    const length = createRowCounter();
    const wrong = Buffer.from([0, 1, 0xff, 0xff, 0xff, 0xfe]);
    expect(length.take(Buffer.concat([start, wrong]))).toBe(false);
  });
});
