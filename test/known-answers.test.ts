/**
 * Answers that others published, held against the calls this project makes: the few of sodium.ts, and
 * BIP39. Sources and licences stand in vectors/known-answers/README.md. A count for each file, so that
 * a file cut short does not pass.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ml_kem768_x25519 as independentXWing } from "@noble/post-quantum/hybrid.js";
import { entropyToMnemonic, mnemonicToEntropy, mnemonicToSeedSync } from "@scure/bip39";
import { wordlist } from "@scure/bip39/wordlists/english.js";
import { describe, expect, test } from "vitest";
import { bytesToHex, hexToBytes } from "../packages/crypto/src/bytes/hex.ts";
import { createPhrase, parsePhrase } from "../packages/crypto/src/keys/phrase.ts";
import { asSignature } from "../packages/crypto/src/publicKeys.ts";
import { BrokenAssumption } from "../packages/crypto/src/result.ts";
import {
  aeadOpen,
  aeadSeal,
  argon2id,
  blake2b,
  ed25519Pair,
  ed25519Sign,
  ed25519Verify,
  xwingDecapsulate,
  xwingEncapsulate,
  xwingPair,
} from "../packages/crypto/src/sodium.ts";
import { seededRandomBytes } from "../packages/crypto/src/testing/seededRandomBytes.ts";

const folder = join(import.meta.dirname, "vectors", "known-answers");

interface VectorFile<Case> {
  readonly header: { readonly passphrase?: string };
  readonly cases: readonly Case[];
}

const read = <Case>(name: string): VectorFile<Case> =>
  JSON.parse(readFileSync(join(folder, `${name}.json`), "utf8")) as VectorFile<Case>;

const unhex = (text: string): Uint8Array => {
  const bytes = hexToBytes(text);
  if (bytes === undefined) throw new RangeError(`no hex: ${text}`);
  return bytes;
};

const countBySet = (cases: readonly { readonly set: string }[]): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const { set } of cases) counts[set] = (counts[set] ?? 0) + 1;
  return counts;
};

const withBitFlipped = (bytes: Uint8Array, at: number): Uint8Array =>
  bytes.map((byte, index) => (index === at ? byte ^ 1 : byte));

describe("BIP39", () => {
  interface Case {
    readonly id: number;
    readonly entropy: string;
    readonly mnemonic: string;
    readonly seed: string;
  }
  const { header, cases } = read<Case>("bip39-english");

  test("24 cases, 8 of them of 24 words", () => {
    expect(cases).toHaveLength(24);
    expect(cases.filter(({ entropy }) => entropy.length === 64)).toHaveLength(8);
  });

  test.each(cases)("case $id: entropy, words and seed", ({ entropy, mnemonic, seed }) => {
    expect(entropyToMnemonic(unhex(entropy), wordlist)).toBe(mnemonic);
    expect(bytesToHex(mnemonicToEntropy(mnemonic, wordlist))).toBe(entropy);
    expect(bytesToHex(mnemonicToSeedSync(mnemonic, header.passphrase))).toBe(seed);
  });

  test.each(cases.filter(({ entropy }) => entropy.length === 64))(
    "case $id: a phrase of ours is those words",
    ({ entropy, mnemonic }) => {
      const phrase = createPhrase({ randomBytes: () => unhex(entropy) });
      expect(phrase.reveal()).toBe(mnemonic);
      expect(parsePhrase(mnemonic).ok).toBe(true);
    },
  );

  test.each(cases.filter(({ entropy }) => entropy.length !== 64))(
    "case $id: fewer than 24 words are no phrase of ours",
    ({ mnemonic }) => {
      expect(parsePhrase(mnemonic)).toMatchObject({ error: { type: "PhraseWordCount" } });
    },
  );
});

describe("XChaCha20-Poly1305", () => {
  interface Case {
    readonly set: string;
    readonly id: string | number;
    readonly key: string;
    readonly nonce: string;
    readonly aad: string;
    readonly msg: string;
    readonly ct: string;
    readonly tag: string;
    readonly result: string;
  }
  const { cases } = read<Case>("xchacha20poly1305");
  const inputOf = ({ key, nonce, aad }: Case) => ({
    key: unhex(key),
    nonce: unhex(nonce),
    associated: unhex(aad),
  });

  test("207 cases of four sets, all valid", () => {
    expect(countBySet(cases)).toEqual({
      "draft-xchacha-A.3.1": 1,
      "go-x-crypto": 55,
      botan: 149,
      libsodium: 2,
    });
    expect(new Set(cases.map(({ result }) => result))).toEqual(new Set(["valid"]));
  });

  test.each(cases)("$set $id seals to the published bytes, and opens", (vector) => {
    const input = inputOf(vector);
    const sealed = vector.ct + vector.tag;
    expect(bytesToHex(aeadSeal(input, unhex(vector.msg)))).toBe(sealed);
    expect(aeadOpen(input, unhex(sealed))).toEqual(unhex(vector.msg));
  });

  test.each(cases)("$set $id is refused with anything changed", (vector) => {
    const input = inputOf(vector);
    const sealed = unhex(vector.ct + vector.tag);
    const { key, nonce, associated } = input;
    const changed = [
      aeadOpen(input, withBitFlipped(sealed, 0)),
      aeadOpen(input, withBitFlipped(sealed, sealed.length - 16)),
      aeadOpen(input, withBitFlipped(sealed, sealed.length - 1)),
      aeadOpen(input, sealed.subarray(0, -1)),
      aeadOpen(input, sealed.subarray(1)),
      aeadOpen({ ...input, nonce: withBitFlipped(nonce, 0) }, sealed),
      aeadOpen({ ...input, nonce: withBitFlipped(nonce, 23) }, sealed),
      aeadOpen({ ...input, key: withBitFlipped(key, 31) }, sealed),
      aeadOpen({ ...input, associated: Uint8Array.of(...associated, 0) }, sealed),
    ];
    expect(changed).toEqual(changed.map(() => undefined));
  });

  test.each([0, 12, 23, 25])("a nonce of %d bytes opens nothing", (byteLength) => {
    const [vector] = cases;
    if (vector === undefined) throw new RangeError("207 cases");
    const input = { ...inputOf(vector), nonce: new Uint8Array(byteLength) };
    expect(aeadOpen(input, unhex(vector.ct + vector.tag))).toBeUndefined();
  });
});

describe("Ed25519", () => {
  interface Case {
    readonly set: string;
    /** Of the RFC's cases; Wycheproof's have a tcId. */
    readonly id?: string;
    readonly tcId?: number;
    readonly sk?: string;
    readonly pk: string;
    readonly msg: string;
    readonly sig: string;
    readonly result: string;
  }
  const { cases } = read<Case>("ed25519");
  const published = cases.flatMap(({ sk, ...vector }) =>
    sk === undefined ? [] : [{ sk, ...vector }],
  );
  const wycheproof = cases.filter(({ set }) => set === "wycheproof");

  /** As everywhere in this project: what is not 64 bytes is no signature. */
  const isGood = ({ pk, msg, sig }: Case): boolean => {
    try {
      return ed25519Verify(asSignature(unhex(sig)), unhex(msg), unhex(pk));
    } catch (thrown) {
      if (thrown instanceof BrokenAssumption) return false;
      throw thrown;
    }
  };

  test("5 cases of the RFC and 145 of Wycheproof, 84 valid and 61 not", () => {
    expect(countBySet(cases)).toEqual({ rfc8032: 5, wycheproof: 145 });
    expect(published).toHaveLength(5);
    expect(wycheproof.filter(({ result }) => result === "valid")).toHaveLength(84);
    expect(wycheproof.filter(({ result }) => result === "invalid")).toHaveLength(61);
    expect(wycheproof.filter(({ sig }) => sig.length !== 128)).toHaveLength(12);
  });

  test.each(published)("$set $id: the key pair, and the signature it makes", (vector) => {
    const { publicKey, secretKey } = ed25519Pair(unhex(vector.sk));
    expect(bytesToHex(publicKey)).toBe(vector.pk);
    expect(bytesToHex(ed25519Sign(unhex(vector.msg), secretKey))).toBe(vector.sig);
  });

  const titled = cases.map((vector) => [vector.id ?? `wycheproof ${vector.tcId}`, vector] as const);

  test.each(titled)("%s is judged as published", (_, vector) => {
    expect(isGood(vector)).toBe(vector.result === "valid");
  });
});

describe("BLAKE2b", () => {
  interface Case {
    readonly set: string;
    readonly id: string | number;
    readonly in: string;
    readonly key: string;
    readonly hash: string;
  }
  const { cases } = read<Case>("blake2b");

  test("1 case of the RFC and 512 of the official set, half of those keyed", () => {
    expect(countBySet(cases)).toEqual({ rfc7693: 1, "blake2-kat": 512 });
    expect(cases.filter(({ key }) => key !== "")).toHaveLength(256);
  });

  const hashesOf = ({ in: input, key, hash }: Case): readonly string[] => {
    const bytes = unhex(input);
    const keyBytes = key === "" ? null : unhex(key);
    const middle = Math.floor(bytes.length / 2);
    const parts = [bytes.subarray(0, middle), bytes.subarray(middle)];
    return [[bytes], parts].map((each) => bytesToHex(blake2b(hash.length / 2, keyBytes, each)));
  };

  test.each([
    ["the RFC's", cases.filter(({ set }) => set === "rfc7693")],
    ["the 256 unkeyed", cases.filter(({ set, key }) => set !== "rfc7693" && key === "")],
    ["the 256 keyed", cases.filter(({ key }) => key !== "")],
  ])("%s have the published hashes, at once and in two parts", (_, some) => {
    const wrong = some.filter((vector) => hashesOf(vector).some((hash) => hash !== vector.hash));
    expect(some.length).toBeGreaterThan(0);
    expect(wrong).toEqual([]);
  });
});

describe("X-Wing", () => {
  interface Case {
    readonly id: string;
    readonly seed: string;
    readonly eseed: string;
    readonly ss: string;
  }
  const { cases } = read<Case>("xwing");

  test("3 cases", () => {
    expect(cases).toHaveLength(3);
  });

  test.each(cases)("case $id gives the published secret on both sides", ({ seed, eseed, ss }) => {
    const { publicKey, secretKey } = xwingPair(unhex(seed));
    const sent = xwingEncapsulate(publicKey, unhex(eseed));
    expect(bytesToHex(sent?.sharedSecret ?? new Uint8Array())).toBe(ss);
    const received = xwingDecapsulate(sent?.ciphertext ?? new Uint8Array(), secretKey);
    expect(bytesToHex(received ?? new Uint8Array())).toBe(ss);
  });

  const randomBytes = seededRandomBytes("x-wing, two implementations");
  const drawn = Array.from({ length: 20 }, (_, id) => ({
    id: `drawn ${id + 1}`,
    seed: bytesToHex(randomBytes(32)),
    eseed: bytesToHex(randomBytes(64)),
  }));

  test.each([...cases, ...drawn])(
    "case $id: a second implementation has the same key, ciphertext and secret",
    ({ seed, eseed }) => {
      const ours = xwingPair(unhex(seed));
      const theirs = independentXWing.keygen(unhex(seed));
      expect(ours.publicKey).toEqual(theirs.publicKey);

      const sent = xwingEncapsulate(ours.publicKey, unhex(eseed));
      const theirSent = independentXWing.encapsulate(theirs.publicKey, unhex(eseed));
      expect(sent?.ciphertext).toEqual(theirSent.cipherText);
      expect(sent?.sharedSecret).toEqual(theirSent.sharedSecret);

      expect(xwingDecapsulate(theirSent.cipherText, ours.secretKey)).toEqual(
        theirSent.sharedSecret,
      );
      const opened = independentXWing.decapsulate(
        sent?.ciphertext ?? randomBytes(0),
        theirs.secretKey,
      );
      expect(opened).toEqual(theirSent.sharedSecret);
    },
  );

  test.each(drawn.slice(0, 5))(
    "case $id: both give the same wrong secret for a ciphertext that was changed",
    ({ seed, eseed }) => {
      const { publicKey, secretKey } = xwingPair(unhex(seed));
      const sent = xwingEncapsulate(publicKey, unhex(eseed));
      const changed = withBitFlipped(sent?.ciphertext ?? randomBytes(0), 500);
      const wrong = xwingDecapsulate(changed, secretKey);
      expect(wrong).toEqual(independentXWing.decapsulate(changed, unhex(seed)));
      expect(wrong).not.toEqual(sent?.sharedSecret);
    },
  );
});

describe("Argon2id", () => {
  interface Case {
    readonly set: string;
    readonly id: string;
    readonly passwd: string;
    readonly salt: string;
    readonly opslimit: number;
    readonly memlimit: number;
    readonly outlen: number;
    readonly out: string;
    readonly result: string;
  }
  const { cases } = read<Case>("argon2id");
  const own = cases.filter(({ set }) => set === "libsodium");
  const stretch = ({ passwd, salt, opslimit, memlimit, outlen }: Case): Promise<Uint8Array> =>
    argon2id(outlen, {
      passphrase: unhex(passwd),
      salt: unhex(salt),
      opsLimit: opslimit,
      memoryByteLength: memlimit,
    });

  test("10 cases of libsodium, 9 valid; the RFC's needs a secret and four lanes, so it is left out", () => {
    expect(countBySet(cases)).toEqual({ libsodium: 10, rfc9106: 1 });
    expect(own.filter(({ result }) => result === "valid")).toHaveLength(9);
    expect(cases.find(({ set }) => set === "rfc9106")).toMatchObject({
      note: expect.any(String) as string,
    });
  });

  test.each(own.filter(({ result }) => result === "valid"))(
    "$id is stretched to the published bytes",
    async (vector) => {
      expect(bytesToHex(await stretch(vector))).toBe(vector.out);
    },
  );

  test.each(own.filter(({ result }) => result !== "valid"))("$id is refused", async (vector) => {
    await expect(stretch(vector)).rejects.toThrow(/./u);
  });
});
