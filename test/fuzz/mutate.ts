/** Changes bytes as an attacker or a bad disk would. Everything comes from one seeded stream. */
export interface Dice {
  /** A whole number from 0 to below `limit`. */
  below(limit: number): number;
}

/** xorshift over four 32-bit words: fast, repeatable, and no secret depends on it. */
export const createDice = (seed: number): Dice => {
  let [a, b, c, d] = [seed >>> 0, 0x9e37_79b9, 0x7f4a_7c15, 0xd1b5_4a32];
  const next = (): number => {
    const mixed = d ^ (d << 11);
    d = c;
    c = b;
    b = a;
    a = (a ^ (a >>> 19) ^ mixed ^ (mixed >>> 8)) >>> 0;
    return a;
  };
  for (let turn = 0; turn < 20; turn++) next();
  return { below: (limit) => next() % limit };
};

/** Values at which length and count checks tend to be off by one. */
const edges: readonly (readonly number[])[] = [
  [0x00],
  [0x01],
  [0x7f],
  [0x80, 0x00],
  [0x80, 0x01],
  [0xff, 0xff, 0xff, 0xff],
  [0xff, 0xff, 0xff, 0xff, 0x0f],
  [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f],
  [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
];

const splice = (
  bytes: Uint8Array,
  at: number,
  removed: number,
  inserted: Uint8Array,
): Uint8Array => {
  const result = new Uint8Array(bytes.length - removed + inserted.length);
  result.set(bytes.subarray(0, at), 0);
  result.set(inserted, at);
  result.set(bytes.subarray(at + removed), at + inserted.length);
  return result;
};

const mutateOnce = (dice: Dice, bytes: Uint8Array, other: Uint8Array): Uint8Array => {
  const at = dice.below(bytes.length + 1);
  const left = bytes.length - at;
  const changed = bytes.slice();
  switch (dice.below(8)) {
    case 0:
      if (left > 0) changed[at] = (changed[at] ?? 0) ^ (1 << dice.below(8));
      return changed;
    case 1:
      if (left > 0) changed[at] = dice.below(256);
      return changed;
    case 2:
      return bytes.slice(0, at);
    case 3:
      return splice(bytes, at, Math.min(left, dice.below(16)), new Uint8Array());
    case 4:
      return splice(
        bytes,
        at,
        0,
        Uint8Array.from({ length: dice.below(16) }, () => dice.below(256)),
      );
    case 5: {
      const edge = Uint8Array.from(edges[dice.below(edges.length)] ?? []);
      return splice(bytes, at, Math.min(left, dice.below(2) * edge.length), edge);
    }
    case 6: {
      const start = dice.below(other.length + 1);
      return splice(bytes, at, 0, other.subarray(start, start + dice.below(64)));
    }
    default:
      return splice(bytes, at, 0, bytes.subarray(at, at + dice.below(64)));
  }
};

/** One to four changes; `other` lends pieces that are right somewhere else. */
export const mutate = (dice: Dice, bytes: Uint8Array, other: Uint8Array): Uint8Array => {
  let result = bytes;
  for (let turn = dice.below(4); turn >= 0; turn--) result = mutateOnce(dice, result, other);
  return result;
};

export const randomBytesFrom = (dice: Dice, byteLength: number): Uint8Array =>
  Uint8Array.from({ length: byteLength }, () => dice.below(256));
