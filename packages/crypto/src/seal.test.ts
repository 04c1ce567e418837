import { describe, expect, test } from "vitest";
import { concatBytes } from "./bytes/bytes.ts";
import { derivePair } from "./hash.ts";
import { labels } from "./labels.ts";
import {
  open,
  seal,
  type Sealed,
  sealedByteLength,
  sealedBytes,
  sealRoot,
  splitSealed,
  type SealRoot,
  type Surroundings,
} from "./seal.ts";
import { secret } from "./secret.ts";
import { aeadOpen } from "./sodium.ts";
import { withBitFlipped } from "./testing/flips.ts";
import { outcomeOf } from "./testing/outcome.ts";
import { must } from "./testing/people.ts";
import { filled, utf8 } from "./testing/samples.ts";
import { seededRandomBytes } from "./testing/seededRandomBytes.ts";
import { twoKeyCiphertext } from "./testing/twoKeyCiphertext.ts";

const rootOf = (name: string): SealRoot =>
  sealRoot(secret(seededRandomBytes(name)(32)), labels.bodyRoot);

const root = rootOf("root");
const surroundings: Surroundings = { head: utf8("head"), clear: utf8("clear") };
const plaintext = utf8("meet me at the old mill");
const sealSome = (name = "seal") =>
  seal({ randomBytes: seededRandomBytes(name) }, root, surroundings, plaintext);

describe("what was sealed", () => {
  test.each([0, 1, 256, 70_000])("opens to the same %d bytes", (byteLength) => {
    const deps = { randomBytes: seededRandomBytes("seal") };
    const bytes = seededRandomBytes("bytes")(byteLength);
    const sealed = seal(deps, root, surroundings, bytes);
    expect(must(open(root, surroundings, sealed))).toEqual(bytes);
    expect(sealedBytes(sealed)).toHaveLength(sealedByteLength(byteLength));
    expect(must(open(root, surroundings, splitSealed(sealedBytes(sealed))))).toEqual(bytes);
  });

  test("shows nothing of the plaintext", () => {
    const zeros = seal(
      { randomBytes: seededRandomBytes("seal") },
      root,
      surroundings,
      filled(64, 0),
    );
    expect(zeros.ciphertext.filter((byte) => byte === 0).length).toBeLessThan(8);
  });
});

describe("a key for one purpose", () => {
  const key = secret(seededRandomBytes("key")(32));
  const context = [utf8("a"), utf8("b")];

  test.each([
    ["under another label", sealRoot(key, labels.blobRoot, ...context)],
    ["in another context", sealRoot(key, labels.bodyRoot, utf8("a"), utf8("c"))],
    ["in a context cut elsewhere", sealRoot(key, labels.bodyRoot, utf8("ab"))],
    ["from another key", sealRoot(secret(filled(32, 1)), labels.bodyRoot, ...context)],
  ])("does not open what was sealed %s", (_, other) => {
    const own = sealRoot(key, labels.bodyRoot, ...context);
    const deps = { randomBytes: seededRandomBytes("seal") };
    const sealed = seal(deps, other, surroundings, plaintext);
    expect(outcomeOf(open(other, surroundings, sealed))).toBe("ok");
    expect(outcomeOf(open(own, surroundings, sealed))).toBe("CommitmentMismatch");
  });
});

describe("the nonce", () => {
  /** A resumed machine image: the same bytes at every draw. */
  const stuck = { randomBytes: (byteLength: number) => filled(byteLength, 0x55) };
  const nonceOf = (
    { head, clear }: Surroundings,
    text: Uint8Array,
    deps = stuck,
    from = root,
  ): string => seal(deps, from, { head, clear }, text).nonce.join();

  test("has 24 bytes and is none of the random bytes", () => {
    const { nonce } = seal(stuck, root, surroundings, plaintext);
    expect(nonce).toHaveLength(24);
    expect(nonce).not.toEqual(filled(24, 0x55));
  });

  test("differs with the random bytes, head, clear part, plaintext and key, each alone", () => {
    const { head, clear } = surroundings;
    const nonces = [
      nonceOf(surroundings, plaintext),
      nonceOf(surroundings, plaintext, { randomBytes: seededRandomBytes("other") }),
      nonceOf({ head: utf8("heae"), clear }, plaintext),
      nonceOf({ head, clear: utf8("cleas") }, plaintext),
      nonceOf({ head: utf8("headc"), clear: utf8("lear") }, plaintext),
      nonceOf(surroundings, utf8("meet me at the new mill")),
      nonceOf(surroundings, utf8("")),
      nonceOf(surroundings, plaintext, stuck, rootOf("other root")),
    ];
    expect(new Set(nonces).size).toBe(nonces.length);
  });

  test("of a source that repeats is another for each of a thousand texts", () => {
    const nonces = Array.from({ length: 1_000 }, (_, at) => nonceOf(surroundings, utf8(`${at}`)));
    expect(new Set(nonces).size).toBe(1_000);
  });

  test("of equal input is equal, so that a repeat tells nothing but the repeat", () => {
    const twice = [1, 2].map(() => seal(stuck, root, surroundings, plaintext));
    expect(twice[0]).toEqual(twice[1]);
  });
});

describe("refused by name", () => {
  const sealed = sealSome();
  const end = sealed.ciphertext.length;
  test.each<[string, Partial<Surroundings>, Partial<Sealed>, string]>([
    ["nothing changed", {}, {}, "ok"],
    ["another head", { head: utf8("heae") }, {}, "CommitmentMismatch"],
    ["a longer head", { head: utf8("head\0") }, {}, "CommitmentMismatch"],
    ["another clear part", { clear: utf8("cleaR") }, {}, "CommitmentMismatch"],
    ["no clear part", { clear: utf8("") }, {}, "CommitmentMismatch"],
    [
      "a byte moved from head to clear part",
      { head: utf8("hea"), clear: utf8("dclear") },
      {},
      "CommitmentMismatch",
    ],
    ["another nonce", {}, { nonce: withBitFlipped(sealed.nonce, 0) }, "CommitmentMismatch"],
    ["nonce zero", {}, { nonce: new Uint8Array(24) }, "CommitmentMismatch"],
    [
      "another commitment",
      {},
      { commitment: withBitFlipped(sealed.commitment, 255) },
      "CommitmentMismatch",
    ],
    [
      "a commitment cut short",
      {},
      { commitment: sealed.commitment.subarray(1) },
      "CommitmentMismatch",
    ],
    ["no commitment", {}, { commitment: new Uint8Array() }, "CommitmentMismatch"],
    [
      "another first byte of the ciphertext",
      {},
      { ciphertext: withBitFlipped(sealed.ciphertext, 0) },
      "SealBroken",
    ],
    [
      "another last byte of the tag",
      {},
      { ciphertext: withBitFlipped(sealed.ciphertext, 8 * end - 1) },
      "SealBroken",
    ],
    ["a byte short", {}, { ciphertext: sealed.ciphertext.subarray(0, -1) }, "SealBroken"],
    ["a byte more", {}, { ciphertext: concatBytes(sealed.ciphertext, filled(1, 0)) }, "SealBroken"],
    ["the tag alone", {}, { ciphertext: sealed.ciphertext.subarray(-16) }, "SealBroken"],
    ["less than a tag", {}, { ciphertext: sealed.ciphertext.subarray(0, 15) }, "SealBroken"],
    ["no ciphertext", {}, { ciphertext: new Uint8Array() }, "SealBroken"],
    [
      "the ciphertext of another text",
      {},
      { ciphertext: sealSome("another").ciphertext },
      "SealBroken",
    ],
  ])("%s", (_, around, parts, outcome) => {
    expect(outcomeOf(open(root, { ...surroundings, ...around }, { ...sealed, ...parts }))).toBe(
      outcome,
    );
  });

  test("another key", () => {
    expect(outcomeOf(open(rootOf("other"), surroundings, sealed))).toBe("CommitmentMismatch");
  });

  test("every bit of nonce, commitment, ciphertext and tag", () => {
    const bytes = sealedBytes(sealed);
    const outcomes = Array.from({ length: 8 * bytes.length }, (_, bit) =>
      outcomeOf(open(root, surroundings, splitSealed(withBitFlipped(bytes, bit)))),
    );
    const commitmentEnd = 8 * (24 + 32);
    expect(new Set(outcomes.slice(0, commitmentEnd))).toEqual(new Set(["CommitmentMismatch"]));
    expect(new Set(outcomes.slice(commitmentEnd))).toEqual(new Set(["SealBroken"]));
  });
});

describe("a ciphertext crafted to open under two keys", () => {
  const nonce = seededRandomBytes("nonce")(24);
  const roots = [rootOf("for Ann"), rootOf("for Ben")] as const;
  const messages = roots.map((each) => {
    const { head, clear } = surroundings;
    const { first, second } = derivePair(
      each.messages.reveal(),
      labels.messageKey,
      head,
      nonce,
      clear,
    );
    return { commitment: first, key: second, nonce, associated: concatBytes(head, nonce, clear) };
  });
  const [ann, ben] = messages;
  if (ann === undefined || ben === undefined) throw new RangeError("two roots");
  const ciphertext = twoKeyCiphertext([ann.key, ben.key], ann);

  test("opens under both, and to two texts, where no commitment is asked for", () => {
    const texts = [ann, ben].map((message) => aeadOpen(message, ciphertext));
    expect(texts.map((text) => text?.length)).toEqual([32, 32]);
    expect(texts[0]).not.toEqual(texts[1]);
  });

  test.each([
    ["Ann", ann.commitment, ["ok", "CommitmentMismatch"]],
    ["Ben", ben.commitment, ["CommitmentMismatch", "ok"]],
  ])("opens for %s alone, whose key it commits to", (_, commitment, outcomes) => {
    const crafted = { nonce, commitment, ciphertext };
    expect(roots.map((each) => outcomeOf(open(each, surroundings, crafted)))).toEqual(outcomes);
  });
});
