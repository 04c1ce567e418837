import { describe, expect, test } from "vitest";
import { wordlist } from "@scure/bip39/wordlists/english.js";
import { checkChoices, checkNumberOf, fingerprintWords } from "./compare.ts";
import { derive32, hash32 } from "./hash.ts";
import { labels } from "./labels.ts";
import { secret } from "./secret.ts";
import { withBitFlipped } from "./testing/flips.ts";
import { filled, utf8 } from "./testing/samples.ts";
import { seededRandomBytes } from "./testing/seededRandomBytes.ts";

const sessionKeys = (count: number) => {
  const randomBytes = seededRandomBytes("sessions");
  return Array.from({ length: count }, () => secret(randomBytes(32)));
};

describe("a check number", () => {
  test("is six digits, the same for the same session, another for another", () => {
    const numbers = sessionKeys(1_000).map(checkNumberOf);
    expect(numbers.filter((number) => !/^[0-9]{6}$/u.test(number))).toEqual([]);
    expect(sessionKeys(1_000).map(checkNumberOf)).toEqual(numbers);
    // Among 1,000 of a million, half a pair is expected to be equal.
    expect(new Set(numbers).size).toBeGreaterThan(990);
  });

  test("is the first eight bytes of the derived hash, modulo a million", () => {
    const key = filled(32, 3);
    const hash = derive32(key, labels.checkNumber);
    const value = hash.subarray(0, 8).reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
    expect(Number(checkNumberOf(secret(key)))).toBe(Number(value % 1_000_000n));
  });

  test("keeps its zeros in front", () => {
    expect(
      sessionKeys(200)
        .map(checkNumberOf)
        .filter((number) => number.startsWith("0")),
    ).not.toEqual([]);
  });

  test("is spread over the whole range", () => {
    const firstDigits = sessionKeys(2_000).map((key) => checkNumberOf(key).charAt(0));
    for (const digit of "0123456789") {
      const count = firstDigits.filter((first) => first === digit).length;
      expect(count).toBeGreaterThan(140);
      expect(count).toBeLessThan(260);
    }
  });
});

describe("the choices among which a person looks for the number", () => {
  const deps = { randomBytes: seededRandomBytes("choices") };
  const rounds = Array.from({ length: 400 }, () => checkChoices(deps, "012345"));

  test("are four different numbers of six digits, sorted, the right one among them", () => {
    for (const choices of rounds) {
      expect(choices).toHaveLength(4);
      expect(new Set(choices).size).toBe(4);
      expect(choices).toEqual(choices.toSorted());
      expect(choices).toContain("012345");
      expect(choices.every((choice) => /^[0-9]{6}$/u.test(choice))).toBe(true);
    }
  });

  test("are other ones every time", () => {
    expect(new Set(rounds.map(String)).size).toBe(400);
  });

  test("do not show the right one by its place: it stands in each of the four", () => {
    const places = sessionKeys(400).map((key) => {
      const right = checkNumberOf(key);
      return checkChoices(deps, right).indexOf(right);
    });
    for (const place of [0, 1, 2, 3])
      expect(places.filter((each) => each === place).length).toBeGreaterThan(60);
  });

  test("stay different though a decoy is drawn twice, or is the right one", () => {
    const draws = [1n, 1n, 12_345n, 2n, 3n].values();
    const randomBytes = (byteLength: number): Uint8Array => {
      const bytes = new Uint8Array(byteLength);
      new DataView(bytes.buffer).setBigUint64(0, draws.next().value ?? 0n, true);
      return bytes;
    };
    expect(checkChoices({ randomBytes }, "012345")).toEqual([
      "000001",
      "000002",
      "000003",
      "012345",
    ]);
  });
});

describe("a fingerprint", () => {
  const heads = seededRandomBytes("heads")(64);

  test("is eight words of the BIP39 list, the first 88 bits of the hash", () => {
    const words = fingerprintWords(heads);
    expect(words).toHaveLength(8);
    const bits = words.map((word) => wordlist.indexOf(word).toString(2).padStart(11, "0")).join("");
    const hash = hash32(labels.fingerprint, heads).subarray(0, 11);
    expect(bits).toBe([...hash].map((byte) => byte.toString(2).padStart(8, "0")).join(""));
  });

  test("is the same for equal heads, and another for any other", () => {
    expect(fingerprintWords(heads.slice())).toEqual(fingerprintWords(heads));
    const flips = Array.from({ length: 512 }, (_, bit) => withBitFlipped(heads, bit));
    const seen = [heads, heads.subarray(1), utf8(""), ...flips].map((each) =>
      fingerprintWords(each).join(" "),
    );
    expect(new Set(seen).size).toBe(515);
  });
});
