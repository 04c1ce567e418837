/** Changes of bytes, each the smallest of its kind. */
import { concatBytes } from "../../../packages/crypto/src/bytes/bytes.ts";

export const filled = (byteLength: number, byte: number): Uint8Array =>
  new Uint8Array(byteLength).fill(byte);

export const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

/** One bit of the byte at `at` turned over; below zero counts from the end. */
export const flipped = (bytes: Uint8Array, at: number): Uint8Array => {
  const index = at < 0 ? bytes.length + at : at;
  return bytes.with(index, (bytes[index] ?? 0) ^ 1);
};

/** Other bytes at a place, as many as they are. */
export const replaced = (bytes: Uint8Array, at: number, by: readonly number[]): Uint8Array => {
  const changed = bytes.slice();
  changed.set(by, at);
  return changed;
};

export const shortened = (bytes: Uint8Array, by = 1): Uint8Array => bytes.slice(0, -by);

export const lengthened = (bytes: Uint8Array, by = 1): Uint8Array =>
  concatBytes(bytes, new Uint8Array(by));
