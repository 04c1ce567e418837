/** What a person is shown and asked, and what counts as their answer. */
import { Readable } from "node:stream";
import { expect, test } from "vitest";
import type { CommandContext } from "../command.ts";
import { createWordsKeeper } from "./keepWords.ts";
import { pickNumber } from "./pickNumber.ts";

const words = Array.from({ length: 24 }, (_, at) => `word${at + 1}`);
const line = { step: "words", words: words.join(" "), sheet: "", asked: [3, 19] } as const;

const contextWith = (
  answers: readonly (string | undefined)[],
  { canAsk = true, input = "" } = {},
) => {
  const asked: string[] = [];
  const said: string[] = [];
  const left = [...answers];
  const context = {
    canAsk,
    cwd: "/",
    stdin: Readable.from(input === "" ? [] : [Buffer.from(input)]),
    out: {
      say: (text: string) => void said.push(text),
      ask: (question: string) => {
        asked.push(question);
        return Promise.resolve(left.shift());
      },
    },
  } as unknown as CommandContext;
  return { context, asked, said };
};

test("the words are shown once, numbered, and two of them asked back", async () => {
  const { context, asked } = contextWith(["", "word3", " WORD19 "]);
  expect(await createWordsKeeper(context, undefined).keep(line)).toEqual({ yes: true });
  expect(asked[0]).toMatch(/ 1 {2}word1 .* 7 {2}word7 .* 13 {2}word13 .* 19 {2}word19/u);
  expect(asked.slice(1)).toEqual(["Word 3: ", "Word 19: "]);
});

test.each([
  [["", "wrong", "word3", "word19"], true],
  [["", "wrong", "wrong", "wrong"], false],
  [["", "word3", undefined], false],
  [[undefined], false],
])("answered %j they count: %s", async (answers, yes) => {
  const { context } = contextWith(answers);
  expect(await createWordsKeeper(context, undefined).keep(line)).toEqual({ yes });
});

const choices = ["000001", "123456", "777777", "999999"];

test.each([
  ["2", "123456"],
  ["123456", "123456"],
  [" 777777 ", "777777"],
  ["0", ""],
  ["5", ""],
  ["654321", ""],
  ["", ""],
  [undefined, ""],
])("%j picks %j among four", async (typed, number) => {
  const { context } = contextWith([typed]);
  expect(await pickNumber(context, choices)).toEqual({ number });
});

test.each([
  ["123456\n", "123456"],
  ["123456\r\nmore", "123456"],
  ["", ""],
])("without a terminal the line %j is the number %j", async (input, number) => {
  const { context, asked } = contextWith([], { canAsk: false, input });
  expect(await pickNumber(context, choices)).toEqual({ number });
  expect(asked).toEqual([]);
});
