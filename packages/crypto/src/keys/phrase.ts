/**
 * The recovery phrase: 24 BIP39 words that hold the 32-byte seed of the paper device. A typed phrase
 * gets a refusal that says which word to look at; words themselves never stand in an error.
 */
import { entropyToMnemonic, mnemonicToEntropy } from "@scure/bip39";
import { wordlist } from "@scure/bip39/wordlists/english.js";
import { derive32 } from "../hash.ts";
import { labels } from "../labels.ts";
import type { RandomBytes } from "../random.ts";
import { err, ok, type Result } from "../result.ts";
import { type Secret, secret } from "../secret.ts";
import { keyByteLength } from "../sizes.ts";
import { type DeviceKeys, deviceKeysFromSeed } from "./deviceKeys.ts";

export const phraseWordCount = 24;

/** 24 words in one string, single spaces. */
export type Phrase = Secret<string>;

export type PhraseError =
  | {
      readonly type: "PhraseWordCount";
      readonly expected: number;
      readonly got: number;
    }
  /** `at` counts from 1, as the sheet does. */
  | { readonly type: "PhraseWordUnknown"; readonly at: number }
  /** All words exist, but not in this order: one is wrong or two are swapped. */
  | { readonly type: "PhraseChecksum" };

const words = new Set(wordlist);

export const createPhrase = (deps: { readonly randomBytes: RandomBytes }): Phrase =>
  secret(entropyToMnemonic(deps.randomBytes(keyByteLength), wordlist));

export const parsePhrase = (typed: string): Result<Phrase, PhraseError> => {
  const typedWords = typed
    .normalize("NFKD")
    .trim()
    .toLowerCase()
    .split(/\s+/u)
    .filter((word) => word !== "");
  if (typedWords.length !== phraseWordCount)
    return err({
      type: "PhraseWordCount",
      expected: phraseWordCount,
      got: typedWords.length,
    });
  const unknownAt = typedWords.findIndex((word) => !words.has(word));
  if (unknownAt !== -1) return err({ type: "PhraseWordUnknown", at: unknownAt + 1 });
  const text = typedWords.join(" ");
  try {
    mnemonicToEntropy(text, wordlist);
  } catch {
    return err({ type: "PhraseChecksum" }); // the only check left to fail
  }
  return ok(secret(text));
};

export const paperDeviceKeys = (phrase: Phrase): DeviceKeys =>
  deviceKeysFromSeed(
    secret(derive32(mnemonicToEntropy(phrase.reveal(), wordlist), labels.paperDevice)),
  );
