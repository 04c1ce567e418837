/** Words and digits that two people read to each other. */
import { checkNumberOf, fingerprintWords } from "../../../packages/crypto/src/compare.ts";
import { secret } from "../../../packages/crypto/src/secret.ts";
import { hexOf, type VectorFile } from "../format.ts";
import type { CheckNumberInput, FingerprintInput } from "../run/compare.ts";
import { filled } from "./bytes.ts";
import { golden } from "./cases.ts";
import { sessionKey } from "./pairing.ts";

const headSets: readonly (readonly [name: string, heads: Uint8Array])[] = [
  ["no heads", new Uint8Array()],
  ["one head", filled(32, 0xe1)],
  ["two heads", Uint8Array.from([...filled(32, 0xe1), ...filled(32, 0xe2)])],
];

export const makeFingerprint = (): VectorFile<FingerprintInput> => ({
  layer: "fingerprint",
  about: "Eight words over log and chain heads (docs/crypto.md §10).",
  cases: headSets.map(([name, heads]) =>
    golden(
      `the fingerprint of ${name}`,
      "88 bits, eleven for each word",
      { heads: hexOf(heads) },
      fingerprintWords(heads).join(" "),
    ),
  ),
});

/** The fourth gives a number that begins with zero. */
const keys: readonly (readonly [name: string, key: Uint8Array])[] = [
  ["the pairing of the layer before", sessionKey.reveal()],
  ["a key of zeros", filled(32, 0)],
  ["a key of ones", filled(32, 0xff)],
];

/** A key whose number has fewer than six digits of its own. */
const withLeadingZero = (): Uint8Array => {
  for (let byte = 0; byte < 256; byte++)
    if (checkNumberOf(secret(filled(32, byte))).startsWith("0")) return filled(32, byte);
  throw new RangeError("one key in ten gives such a number");
};

export const makeCheckNumber = (): VectorFile<CheckNumberInput> => ({
  layer: "check-number",
  about: "Six digits from the key of a pairing (docs/crypto.md §10).",
  cases: [...keys, ["a key whose number begins with 0", withLeadingZero()] as const].map(
    ([name, key]) =>
      golden(
        `the check number of ${name}`,
        "eight bytes as a little-endian number, modulo a million, six digits",
        { sessionKey: hexOf(key) },
        checkNumberOf(secret(key)),
      ),
  ),
});
