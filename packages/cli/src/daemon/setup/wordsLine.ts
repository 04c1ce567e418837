/** Words on their way to the person, with two places that are asked back. */
import { systemRandomBytes } from "@duro/client";
import type { WordsLine } from "../../api/setupCalls.ts";
import { type SheetFacts, sheetText, wordCount } from "./sheet.ts";

export const wordsLine = (facts: SheetFacts): WordsLine => {
  const [one = 0, other = 0] = systemRandomBytes(2);
  const first = one % wordCount;
  // Any place but the first one's.
  const second = (first + 1 + (other % (wordCount - 1))) % wordCount;
  const asked = [first, second].map((at) => at + 1).toSorted((left, right) => left - right);
  return { step: "words", words: facts.words, sheet: sheetText(facts), asked };
};
