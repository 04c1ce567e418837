import fc from "fast-check";
import { expect, test } from "vitest";
import { cutTo, tableText, widthOf } from "./table.ts";

test("columns stand below each other, and numbers to the right", () => {
  const columns = [{ title: "name" }, { title: "count", isNumber: true }, { title: "id" }];
  expect(
    tableText(
      columns,
      [
        ["a", "1", "x"],
        ["laptop", "100", "y"],
      ],
      80,
    ).split("\n"),
  ).toEqual(["name    count  id", "a           1  x", "laptop    100  y"]);
});

test("no row is wider than the terminal, whatever is in it", () => {
  const columns = [{ title: "id" }, { title: "text", isFlexible: true }, { title: "at" }];
  const cell = fc.string({ unit: "grapheme", maxLength: 200 });
  fc.assert(
    fc.property(fc.array(cell, { maxLength: 8 }), (texts) => {
      const rows = texts.map((text) => ["f123", text, "today"]);
      const lines = tableText(columns, rows, 40).split("\n");
      expect(lines).toHaveLength(rows.length + 1);
      for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(40);
    }),
  );
});

test("a text of several lines takes one", () => {
  expect(tableText([{ title: "t" }], [["a\nb\tc"]], 80)).toBe("t\na b c");
});

test("a cut goes through no character that is seen as one", () => {
  expect(cutTo("👨‍👩‍👧‍👦👨‍👩‍👧‍👦", 4)).toBe("👨‍👩‍👧‍👦👨‍👩‍👧‍👦");
  expect(cutTo("👨‍👩‍👧‍👦👨‍👩‍👧‍👦", 3)).toBe("👨‍👩‍👧‍👦…");
  expect(cutTo("e\u0301e\u0301e\u0301", 2)).toBe("e\u0301…");
  expect(cutTo("日本語", 5)).toBe("日本…");
});

test.each([
  ["abc", 3],
  ["日本", 4],
  ["é", 1],
  ["e\u0301", 1],
  ["👩‍🚀", 2],
  ["❤️", 2],
  ["\u200B", 0],
  ["한글", 4],
])("%s takes %i cells", (text, width) => {
  expect(widthOf(text)).toBe(width);
});
