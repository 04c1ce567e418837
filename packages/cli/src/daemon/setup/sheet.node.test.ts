/** The sheet: any tool finds the words on its first line, and what is written is read back. */
import { expect, test } from "vitest";
import { headInSheet, sheetText, wordsInSheet } from "./sheet.ts";

const words = Array.from({ length: 24 }, (_, at) => `word${at}`).join(" ");
const facts = {
  words,
  user: "11".repeat(16),
  vault: "22".repeat(16),
  device: "33".repeat(16),
  name: "laptop",
  madeMs: Date.UTC(2026, 10, 21),
  head: { index: 1, id: "44".repeat(32) },
};

test("has the words on the first line, then whose they are, when and where they were made", () => {
  const sheet = sheetText(facts);
  expect(sheet.split("\n")[0]).toBe(words);
  expect(sheet).toContain(facts.vault);
  expect(sheet).toContain("2026-11-21 on laptop");
  expect(sheetText({ ...facts, name: "" })).toContain(`on ${facts.device}`);
  expect(wordsInSheet(sheet)).toBe(words);
  expect(headInSheet(sheet)).toBe(`1 ${facts.head.id}`);
});

test("words that somebody wrote down in their own way are taken too, and a cut sheet is not mended", () => {
  const byLines = words.replaceAll(" ", "\n");
  expect(wordsInSheet(byLines).split(/\s+/u)).toHaveLength(24);
  expect(wordsInSheet(`\r\n  ${words}  \r\n`)).toBe(words);
  expect(headInSheet(words)).toBeUndefined();
  const cut = sheetText(facts).slice(0, words.length - 8);
  expect(wordsInSheet(cut).split(/\s+/u).length).toBeLessThan(24);
});
