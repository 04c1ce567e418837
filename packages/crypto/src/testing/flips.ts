/** One bit turned over: tampering at its smallest. */
import { seededRandomBytes } from "./seededRandomBytes.ts";

export const withBitFlipped = (bytes: Uint8Array, bit: number): Uint8Array => {
  const flipped = bytes.slice();
  const at = Math.floor(bit / 8);
  flipped[at] = (flipped[at] ?? 0) ^ (1 << (bit % 8));
  return flipped;
};

/** Every bit of the bytes from `start` up to `end`. */
export const bitsBetween = (start: number, end: number): readonly number[] =>
  Array.from({ length: 8 * (end - start) }, (_, at) => 8 * start + at);

export const everyBitOf = (bytes: Uint8Array): readonly number[] => bitsBetween(0, bytes.length);

/** One bit of every byte, another one from byte to byte. */
export const oneBitOfEveryByteOf = (bytes: Uint8Array): readonly number[] =>
  Array.from(bytes, (_, at) => 8 * at + (at % 8));

/** Bits that are far apart, the same in every run. */
export const someBitsOf = (bytes: Uint8Array, count: number, seed: string): readonly number[] => {
  const drawn = seededRandomBytes(seed)(4 * count);
  const view = new DataView(drawn.buffer);
  return Array.from({ length: count }, (_, at) => view.getUint32(4 * at) % (8 * bytes.length));
};

/**
 * What came of each flip, counted by outcome. Something thrown is an outcome of its own, with the bit,
 * so that it can be found again.
 */
export const outcomesOfFlips = (
  bytes: Uint8Array,
  bits: readonly number[],
  outcomeOf: (flipped: Uint8Array) => string,
): Readonly<Record<string, number>> => {
  const outcomes: Record<string, number> = {};
  for (const bit of bits) {
    let outcome: string;
    try {
      outcome = outcomeOf(withBitFlipped(bytes, bit));
    } catch (thrown) {
      outcome = `bit ${bit} threw ${String(thrown)}`;
    }
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
  }
  return outcomes;
};
