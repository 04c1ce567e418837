import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { createAsk } from "./askPerson.ts";

const answered = async (text: string): Promise<{ isYes: boolean; shown: string }> => {
  const [input, output] = [new PassThrough(), new PassThrough()];
  const isYes = createAsk({ input, output })("Remove it?");
  input.end(text);
  return { isYes: await isYes, shown: String(output.read()) };
};

test.each([
  ["yes\n", true],
  ["Y\n", true],
  [" yes \nno\n", true],
  ["no\n", false],
  ["\n", false],
  ["", false],
  ["yesterday\n", false],
])("the answer %j is a yes: %s", async (text, isYes) => {
  expect(await answered(text)).toMatchObject({ isYes });
});

test("the question is shown", async () => {
  const { shown } = await answered("no\n");
  expect(shown).toContain("Remove it?\nyes or no: ");
});
