/** Phrases as people type them, rightly and wrongly. */
import { createPhrase, paperDeviceKeys } from "../../../packages/crypto/src/keys/phrase.ts";
import { secret } from "../../../packages/crypto/src/secret.ts";
import { hexOf, type VectorCase, type VectorFile } from "../format.ts";
import type { PhraseInput } from "../run/phrase.ts";
import { fault, golden } from "./cases.ts";
import { depsOf } from "./world.ts";

/** BIP39's own first vector of 256 bits: entropy of zeros. */
const zerosPhrase = `${"abandon ".repeat(23)}art`;

const typedCase = (
  name: string,
  why: string,
  phrase: string,
  typed: string,
): VectorCase<PhraseInput> => {
  const { id, seed } = paperDeviceKeys(secret(phrase));
  return golden(name, why, { typed }, { phrase, seed: hexOf(seed.reveal()), device: id });
};

const fullWidth = (text: string): string =>
  text.replaceAll(/[a-z]/gu, (letter) => String.fromCodePoint(letter.charCodeAt(0) + 0xfee0));

export const makePhrase = (): VectorFile<PhraseInput> => {
  const phrase = createPhrase(depsOf("phrase")).reveal();
  const words = phrase.split(" ");
  const swapped = words.with(3, words[4] ?? "").with(4, words[3] ?? "");
  const wrong = (expect: string, name: string, why: string, typed: readonly string[]) =>
    fault(expect, name, why, { typed: typed.join(" ") });
  return {
    layer: "phrase",
    about:
      "From 24 typed words to the paper device (docs/crypto.md §4). The output of a refused word is its place, counted from 1.",
    cases: [
      typedCase("24 words", "their entropy, derived, is the device's seed", phrase, phrase),
      typedCase("the words of zeros", "any entropy will do", zerosPhrase, zerosPhrase),
      typedCase(
        "capitals, tabs and lines",
        "a sheet of paper is typed as it is read",
        phrase,
        `\n ${words.join(" \t\r\n").toUpperCase()} `,
      ),
      typedCase(
        "letters of full width",
        "what a keyboard makes of a letter is undone by NFKD",
        phrase,
        words.with(0, fullWidth(words[0] ?? "")).join(" "),
      ),
      wrong("PhraseWordCount", "23 words", "there are 24", words.slice(0, 23)),
      wrong("PhraseWordCount", "25 words", "there are 24", [...words, "zoo"]),
      wrong("PhraseWordCount", "no words", "there are 24", []),
      {
        ...wrong(
          "PhraseWordUnknown",
          "a word that is not in the list",
          "its place is named, and never the word",
          words.with(10, "vektor"),
        ),
        output: { at: 11 },
      },
      {
        ...wrong(
          "PhraseWordUnknown",
          "the last word cut short",
          "first letters are not enough",
          words.with(23, (words[23] ?? "").slice(0, -1)),
        ),
        output: { at: 24 },
      },
      wrong("PhraseChecksum", "two words swapped", "all exist, in another order", swapped),
      wrong(
        "PhraseChecksum",
        "another word of the list",
        "eight bits of the last word are a checksum",
        words.with(7, words[7] === "zoo" ? "zone" : "zoo"),
      ),
    ],
  };
};
