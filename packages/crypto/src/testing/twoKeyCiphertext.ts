/**
 * A ciphertext that opens under two keys, as in "Fast Message Franking" (Dodis and others, 2018) and
 * "Partitioning Oracle Attacks" (Len and others, 2021). It shows that XChaCha20-Poly1305 alone does
 * not bind a ciphertext to one key, which is why a commitment is published.
 *
 * Poly1305 is a polynomial in a secret point over a prime field. With two keys and one block left
 * free, the two tags are equal for exactly one value of that block.
 */
import { concatBytes } from "../bytes/bytes.ts";
import { assert } from "../result.ts";

const rotate = (word: number, by: number): number => (word << by) | (word >>> (32 - by));

const quarters = [
  [0, 4, 8, 12],
  [1, 5, 9, 13],
  [2, 6, 10, 14],
  [3, 7, 11, 15],
  [0, 5, 10, 15],
  [1, 6, 11, 12],
  [2, 7, 8, 13],
  [3, 4, 9, 14],
] as const;

/** RFC 8439 §2.1 and §2.3: the twenty rounds, without the addition behind them. */
const rounds = (input: Uint32Array): Uint32Array => {
  const x = input.slice();
  const mix = (a: number, b: number, d: number, by: number): void => {
    x[a] = (x[a] ?? 0) + (x[b] ?? 0);
    x[d] = rotate((x[d] ?? 0) ^ (x[a] ?? 0), by);
  };
  for (let round = 0; round < 10; round++)
    for (const [a, b, c, d] of quarters) {
      mix(a, b, d, 16);
      mix(c, d, b, 12);
      mix(a, b, d, 8);
      mix(c, d, b, 7);
    }
  return x;
};

const wordsOf = (bytes: Uint8Array): Uint32Array => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return Uint32Array.from({ length: bytes.length / 4 }, (_, at) => view.getUint32(4 * at, true));
};

const bytesOf = (words: Uint32Array): Uint8Array => {
  const bytes = new Uint8Array(4 * words.length);
  const view = new DataView(bytes.buffer);
  for (const [at, word] of words.entries()) view.setUint32(4 * at, word, true);
  return bytes;
};

const sigma = wordsOf(new TextEncoder().encode("expand 32-byte k"));

/** The first block of the keystream, whose first half is the key of Poly1305. */
const firstBlock = (key: Uint8Array, nonce: Uint8Array): Uint8Array => {
  const mixed = rounds(
    Uint32Array.of(...sigma, ...wordsOf(key), ...wordsOf(nonce.subarray(0, 16))),
  );
  const subkey = [...mixed.subarray(0, 4), ...mixed.subarray(12)]; // HChaCha20
  const state = Uint32Array.of(...sigma, ...subkey, 0, 0, ...wordsOf(nonce.subarray(16)));
  return bytesOf(rounds(state).map((word, at) => word + (state[at] ?? 0)));
};

const toNumber = (bytes: Uint8Array): bigint =>
  bytes.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);

const toBytes = (value: bigint, byteLength: number): Uint8Array =>
  Uint8Array.from({ length: byteLength }, (_, at) => Number((value >> BigInt(8 * at)) & 255n));

const prime = 2n ** 130n - 5n;
const blockBit = 2n ** 128n;

const modulo = (value: bigint): bigint => ((value % prime) + prime) % prime;

const power = (base: bigint, exponent: bigint): bigint => {
  let [result, square] = [1n, base];
  for (let left = exponent; left > 0n; left >>= 1n) {
    if ((left & 1n) === 1n) result = modulo(result * square);
    square = modulo(square * square);
  }
  return result;
};

const inverse = (value: bigint): bigint => power(modulo(value), prime - 2n);

const clamp = 0x0ffffffc0ffffffc0ffffffc0fffffffn;

const poly1305KeyOf = (key: Uint8Array, nonce: Uint8Array) => {
  const block = firstBlock(key, nonce);
  return { r: toNumber(block.subarray(0, 16)) & clamp, s: toNumber(block.subarray(16, 32)) };
};

const evaluate = (blocks: readonly bigint[], r: bigint): bigint =>
  blocks.reduce((sum, block) => modulo((sum + block) * r), 0n);

/** 32 bytes of ciphertext and a tag that is right under both keys. */
export const twoKeyCiphertext = (
  keys: readonly [Uint8Array, Uint8Array],
  { nonce, associated }: { readonly nonce: Uint8Array; readonly associated: Uint8Array },
): Uint8Array => {
  const one = poly1305KeyOf(keys[0], nonce);
  const other = poly1305KeyOf(keys[1], nonce);
  const padded = concatBytes(associated, new Uint8Array((16 - (associated.length % 16)) % 16));
  const front = Array.from(
    { length: padded.length / 16 },
    (_, at) => toNumber(padded.subarray(16 * at, 16 * at + 16)) + blockBit,
  );
  const lengths = BigInt(associated.length) + (32n << 64n) + blockBit;
  // The free block stands third from the end: its coefficient is the cube of r.
  const coefficient = modulo(one.r ** 3n - other.r ** 3n);
  for (let second = 0n; second < 256n; second++) {
    const around = (free: bigint): readonly bigint[] => [
      ...front,
      free,
      second + blockBit,
      lengths,
    ];
    const apart = evaluate(around(0n), other.r) - evaluate(around(0n), one.r);
    for (let carry = -4n; carry <= 4n; carry++) {
      const free = modulo((apart + other.s - one.s + carry * blockBit) * inverse(coefficient));
      const tags = [one, other].map(({ r, s }) => (evaluate(around(free), r) + s) % blockBit);
      const [tag, otherTag] = tags;
      if (free >= blockBit && free < 2n * blockBit && tag !== undefined && tag === otherTag)
        return concatBytes(toBytes(free - blockBit, 16), toBytes(second, 16), toBytes(tag, 16));
    }
  }
  assert(false, "one try in four succeeds");
};
