/** Lowercase hex, the one text form of every id. */
const hexPairs = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

const nibbles = new Int8Array(128).fill(-1);
for (let digit = 0; digit < 16; digit++) nibbles[digit.toString(16).charCodeAt(0)] = digit;

export const bytesToHex = (bytes: Uint8Array): string => {
  let text = "";
  for (const byte of bytes) text += hexPairs[byte];
  return text;
};

/** Writes the bytes of `text` at `at`; false, with nothing to rely on written, unless it is hex. */
export const hexInto = (text: string, bytes: Uint8Array, at: number): boolean => {
  for (let digit = 0; digit < text.length; digit += 2) {
    const high = nibbles[text.charCodeAt(digit)] ?? -1;
    const low = nibbles[text.charCodeAt(digit + 1)] ?? -1;
    if (high < 0 || low < 0) return false;
    bytes[at + digit / 2] = high * 16 + low;
  }
  return true;
};

/** Undefined unless the text is an even number of lowercase hex digits. */
export const hexToBytes = (text: string): Uint8Array | undefined => {
  if (text.length % 2 !== 0) return undefined;
  const bytes = new Uint8Array(text.length / 2);
  return hexInto(text, bytes, 0) ? bytes : undefined;
};
