/**
 * All chance of a run from one seed. Every part forks its own by name, so that one more draw in one
 * part moves nothing in another.
 */
import { assert } from "@duro/crypto/types";

export interface Rng {
  fork(name: string): Rng;
  /** A whole number from 0 up to, and without, the limit. */
  below(limit: number): number;
  /** A whole number; both ends are in. */
  between(min: number, max: number): number;
  chance(probability: number): boolean;
  pick<Item>(items: readonly Item[]): Item;
  /** Around the mean, mostly shorter, now and then much longer. */
  waitMs(meanMs: number): number;
  bytes(byteLength: number): Uint8Array;
}

const twoTo32 = 2 ** 32;
/** The longest wait, as a multiple of the mean: a tail, but none that stops a run. */
const waitFactorMax = 12;

/** FNV-1a over the characters: only spreads names over seeds. */
const hashOf = (text: string): number => {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++)
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193) >>> 0;
  return hash;
};

/** xoshiro128** by Blackman and Vigna, started by splitmix32 as they advise. */
const wordsFrom = (seed: number): (() => number) => {
  let mixed = seed >>> 0;
  const splitmix = (): number => {
    mixed = (mixed + 0x9e3779b9) >>> 0;
    let word = mixed;
    word = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
    word = Math.imul(word ^ (word >>> 13), 0xc2b2ae35);
    return (word ^ (word >>> 16)) >>> 0;
  };
  let [a, b, c, d] = [splitmix(), splitmix(), splitmix(), splitmix()];
  return () => {
    const product = Math.imul(b, 5);
    const word = Math.imul((product << 7) | (product >>> 25), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = (d << 11) | (d >>> 21);
    return word;
  };
};

export const createRng = (path: string): Rng => {
  const word = wordsFrom(hashOf(path));
  const below = (limit: number): number => Math.floor((word() / twoTo32) * limit);
  return {
    fork: (name) => createRng(`${path}/${name}`),
    below,
    between: (min, max) => min + below(max - min + 1),
    chance: (probability) => word() / twoTo32 < probability,
    pick: (items) => {
      assert(items.length > 0, "there is something to pick from");
      return items[below(items.length)] as (typeof items)[number];
    },
    waitMs: (meanMs) =>
      Math.ceil(meanMs * Math.min(waitFactorMax, -Math.log((word() + 1) / (twoTo32 + 1)))),
    bytes: (byteLength) => {
      const bytes = new Uint8Array(byteLength);
      for (let at = 0; at < byteLength; at++) bytes[at] = word() >>> 24;
      return bytes;
    },
  };
};
