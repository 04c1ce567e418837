/** Chance from a seed that is printed: the same seed makes the same work, though not the same timing. */

export interface Chance {
  /** A whole number from 0 up to, and without, the limit. */
  readonly below: (limit: number) => number;
}

/** Mulberry32: spreads well enough for pauses and lengths, and fits a line. */
export const createChance = (seed: number): Chance => {
  let state = seed | 0;
  return {
    below: (limit) => {
      state = (state + 0x6d2b79f5) | 0;
      let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
      mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
      return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit);
    },
  };
};
