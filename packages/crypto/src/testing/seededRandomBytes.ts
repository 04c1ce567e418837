/** Randomness that repeats, for tests and vectors: BLAKE2b of the seed and a counter. */
import type { RandomBytes } from "../random.ts";
import { blake2b } from "../sodium.ts";

export const seededRandomBytes = (seed: string): RandomBytes => {
  const seedBytes = new TextEncoder().encode(seed);
  let count = 0;
  return (byteLength) => {
    const bytes = new Uint8Array(byteLength);
    for (let at = 0; at < byteLength; at += 64) {
      const counter = new TextEncoder().encode(`#${count++}`);
      bytes.set(blake2b(64, null, [seedBytes, counter]).subarray(0, byteLength - at), at);
    }
    return bytes;
  };
};
