import { describe, expect, test } from "vitest";
import { decode, type Reader } from "./bytes/reader.ts";
import {
  asKemPublicKey,
  asKeyBox,
  asKeyCommitment,
  asKeyWrap,
  asSignature,
  asSignPublicKey,
  readKemPublicKey,
  readKeyBox,
  readKeyCommitment,
  readKeyWrap,
  readSignature,
  readSignPublicKey,
} from "./publicKeys.ts";
import { BrokenAssumption } from "./result.ts";
import { outcomeOf } from "./testing/outcome.ts";
import { must } from "./testing/people.ts";
import { filled } from "./testing/samples.ts";

describe.each<[string, number, (bytes: Uint8Array) => Uint8Array, (from: Reader) => Uint8Array]>([
  ["a signing key", 32, asSignPublicKey, readSignPublicKey],
  ["a kem key", 1_216, asKemPublicKey, readKemPublicKey],
  ["a signature", 64, asSignature, readSignature],
  ["a key commitment", 32, asKeyCommitment, readKeyCommitment],
  ["a key box", 1_168, asKeyBox, readKeyBox],
  ["a key wrap", 48, asKeyWrap, readKeyWrap],
])("%s", (_, byteLength, as, read) => {
  const limit = { what: "sample", byteLengthMax: 2_000 };

  test(`has ${byteLength} bytes, and is read as such`, () => {
    const bytes = filled(byteLength, 5);
    expect(as(bytes)).toBe(bytes);
    expect(must(decode(limit, bytes, read))).toEqual(bytes);
  });

  test("is not made of fewer or more bytes, nor read from them", () => {
    for (const wrong of [0, byteLength - 1, byteLength + 1]) {
      expect(() => as(filled(wrong, 5))).toThrow(BrokenAssumption);
      expect(outcomeOf(decode(limit, filled(wrong, 5), read))).toBe("Malformed");
    }
  });
});
