/**
 * PADMÉ: a length keeps only its leading bits, so sizes fall on few steps and the padding stays below
 * 12 %. (Nikitin and others, "Reducing Metadata Leakage from Encrypted Files and Communication with
 * PURBs", 2019, algorithm 1.)
 */
import { decode, type Malformed, type Reader } from "./bytes/reader.ts";
import { assert, type Result } from "./result.ts";
import { paddedByteLengthMin } from "./sizes.ts";

/** The length in front of the content; 48 bits would do, 8 bytes keep it aligned with the rest. */
const lengthByteLength = 8;

export const padmeByteLength = (byteLength: number): number => {
  assert(Number.isSafeInteger(byteLength) && byteLength >= 0, "a length is a whole number");
  if (byteLength < 2) return byteLength;
  const exponent = Math.floor(Math.log2(byteLength));
  const keptBits = Math.floor(Math.log2(exponent)) + 1;
  const step = 2 ** Math.max(0, exponent - keptBits);
  return Math.ceil(byteLength / step) * step;
};

/** Length of `content` once padded: its own length in front, and at least the smallest step. */
export const paddedByteLength = (contentByteLength: number): number =>
  padmeByteLength(Math.max(paddedByteLengthMin, lengthByteLength + contentByteLength));

const padInto = (padded: Uint8Array, content: Uint8Array): Uint8Array => {
  const view = new DataView(padded.buffer, padded.byteOffset);
  view.setUint32(0, content.length, true); // an array is shorter than 2^32; the high half stays 0
  padded.set(content, lengthByteLength);
  return padded;
};

export const pad = (content: Uint8Array): Uint8Array =>
  padInto(new Uint8Array(paddedByteLength(content.length)), content);

/** All zeros between two uses. Longer contents are rare, and get a buffer of their own. */
const scratch = new Uint8Array(131_072);

/**
 * Hands `use` the padded content in a buffer that is wiped when it returns, and used again: a new one
 * for each message costs a fifth of sealing 4 KiB. Whatever `use` keeps, it copies.
 */
export const withPadded = <T>(content: Uint8Array, use: (padded: Uint8Array) => T): T => {
  const byteLength = paddedByteLength(content.length);
  if (byteLength > scratch.length) return use(pad(content));
  const padded = padInto(scratch.subarray(0, byteLength), content);
  try {
    return use(padded);
  } finally {
    padded.fill(0);
  }
};

/**
 * Refuses any padding that `pad` would not have made, so every content has one padded form. Gives a
 * view: what is unpadded was decrypted a moment ago into a buffer of its own.
 */
export const unpad = (padded: Uint8Array): Result<Uint8Array, Malformed> =>
  decode({ what: "padding", byteLengthMax: padded.length }, padded, (from) => {
    const contentByteLength = from.u64();
    if (contentByteLength > padded.length)
      from.refuse(`at most ${padded.length} bytes of content`, `${contentByteLength}`);
    const expected = paddedByteLength(contentByteLength);
    if (expected !== padded.length)
      from.refuse(`${expected} bytes for ${contentByteLength}`, `${padded.length}`);
    const content = from.view(contentByteLength);
    refuseFilling(from);
    return content;
  });

/** Whatever stands behind a content is zeros. Up to an eighth of what is opened: so, by index. */
export const refuseFilling = (from: Reader): void => {
  const filling = from.restView(Number.MAX_SAFE_INTEGER);
  let seen = 0;
  for (let at = 0; at < filling.length; at++) seen |= filling[at] ?? 0;
  if (seen !== 0) from.refuse("zeros", "other bytes");
};
