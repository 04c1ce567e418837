/** What two people, or one person with two machines, read to each other. */
import { wordlist } from "@scure/bip39/wordlists/english.js";
import { derive32, hash32 } from "./hash.ts";
import { labels } from "./labels.ts";
import type { RandomBytes } from "./random.ts";
import type { Secret } from "./secret.ts";

const checkDigits = 6;
const checkCount = 10 ** checkDigits;

const toCheckNumber = (bytes: Uint8Array): string => {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  // 64 bits over a million: the bias is below 2^-44.
  const value = view.getBigUint64(0, true) % BigInt(checkCount);
  return value.toString().padStart(checkDigits, "0");
};

/** Six digits that both sides of a pairing derive, and that nobody between them can steer. */
export const checkNumberOf = (sessionKey: Secret<Uint8Array>): string =>
  toCheckNumber(derive32(sessionKey.reveal(), labels.checkNumber));

/** The right number among decoys, so that a person must look: a bare yes gets clicked. */
export const checkChoices = (
  deps: { readonly randomBytes: RandomBytes },
  right: string,
  count = 4,
): readonly string[] => {
  const choices = new Set([right]);
  while (choices.size < count) choices.add(toCheckNumber(deps.randomBytes(8)));
  // Random numbers sorted say nothing of which came first.
  return [...choices].toSorted();
};

const fingerprintWordCount = 8;

/** Eight words, 88 bits, over log and chain heads: equal words, equal world. */
export const fingerprintWords = (heads: Uint8Array): readonly string[] => {
  const hash = hash32(labels.fingerprint, heads);
  const bits = [...hash].map((byte) => byte.toString(2).padStart(8, "0")).join("");
  return Array.from(
    { length: fingerprintWordCount },
    (_, at) => wordlist[Number.parseInt(bits.slice(11 * at, 11 * at + 11), 2)] ?? "",
  );
};
