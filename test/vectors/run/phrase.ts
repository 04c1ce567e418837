/** 24 words and the paper device in them: docs/crypto.md §4. */
import { paperDeviceKeys, parsePhrase } from "../../../packages/crypto/src/keys/phrase.ts";
import { hexOf, type Ran } from "../format.ts";
import { accepted, refused } from "./ran.ts";

export interface PhraseInput {
  readonly typed: string;
}

export const runPhrase = ({ typed }: PhraseInput): Ran => {
  const parsed = parsePhrase(typed);
  if (!parsed.ok) {
    const { error } = parsed;
    const ran = refused(error);
    return error.type === "PhraseWordUnknown" ? { ...ran, output: { at: error.at } } : ran;
  }
  const { id, seed } = paperDeviceKeys(parsed.value);
  return accepted({ phrase: parsed.value.reveal(), seed: hexOf(seed.reveal()), device: id });
};
