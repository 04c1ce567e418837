import { describe, expect, test } from "vitest";
import { concatBytes } from "./bytes/bytes.ts";
import { signBlobDrop, isBlobDropBy } from "./blobDrop.ts";
import { framed } from "./hash.ts";
import { blobIds, envelopeIds, relayGenerations } from "./ids.ts";
import { createDeviceKeys } from "./keys/deviceKeys.ts";
import { type Label, labels } from "./labels.ts";
import { isLoginBy, signLogin } from "./login.ts";
import { asSignature, asSignPublicKey, type Signature } from "./publicKeys.ts";
import { signReceipt } from "./receipt.ts";
import { isReceiptBy } from "./receiptClaim.ts";
import { BrokenAssumption } from "./result.ts";
import { isSignedBy, sign } from "./sign.ts";
import { ed25519Sign } from "./sodium.ts";
import { everyBitOf, outcomesOfFlips } from "./testing/flips.ts";
import { filled, someVault, utf8 } from "./testing/samples.ts";
import { seededRandomBytes } from "./testing/seededRandomBytes.ts";

const deps = { randomBytes: seededRandomBytes("sign") };
const device = createDeviceKeys(deps);
const other = createDeviceKeys(deps);

const purposes: readonly Label[] = [
  labels.signRecord,
  labels.signEnvelope,
  labels.signLogin,
  labels.signReceipt,
  labels.signPresence,
  labels.signDrop,
];

describe("a signature", () => {
  const parts = [utf8("one"), utf8("two")];
  const signature = sign(device.signSecret, labels.signRecord, ...parts);
  const isGood = (...signed: readonly Uint8Array[]): boolean =>
    isSignedBy(device.signKey, signature, labels.signRecord, ...signed);

  test("is good for its key, its label and its parts", () => {
    expect(isGood(...parts)).toBe(true);
  });

  test.each([
    ["parts cut elsewhere", [utf8("on"), utf8("etwo")]],
    ["parts joined", [utf8("onetwo")]],
    ["parts exchanged", [utf8("two"), utf8("one")]],
    ["a part more", [utf8("one"), utf8("two"), utf8("")]],
    ["a part less", [utf8("one")]],
  ])("is not good for %s", (_, signed) => {
    expect(isGood(...signed)).toBe(false);
  });

  test("is not good for another key", () => {
    expect(isSignedBy(other.signKey, signature, labels.signRecord, ...parts)).toBe(false);
  });

  test("is not good with any of its bits turned over", () => {
    const outcomes = outcomesOfFlips(signature, everyBitOf(signature), (flipped) =>
      String(isSignedBy(device.signKey, asSignature(flipped), labels.signRecord, ...parts)),
    );
    expect(outcomes).toEqual({ false: 512 });
  });

  test("is not good for a key with any bit turned over", () => {
    const outcomes = outcomesOfFlips(device.signKey, everyBitOf(device.signKey), (flipped) =>
      String(isSignedBy(asSignPublicKey(flipped), signature, labels.signRecord, ...parts)),
    );
    expect(outcomes).toEqual({ false: 256 });
  });

  test("is made over the frame, not over the bytes alone", () => {
    const bare = asSignature(ed25519Sign(concatBytes(...parts), device.signSecret.reveal()));
    expect(isGood(...parts)).toBe(true);
    expect(isSignedBy(device.signKey, bare, labels.signRecord, ...parts)).toBe(false);
    const overFrame = ed25519Sign(framed(labels.signRecord, parts), device.signSecret.reveal());
    expect(overFrame).toEqual(signature);
  });

  test.each([0, 63, 65])("of %d bytes is none", (byteLength) => {
    expect(() => asSignature(new Uint8Array(byteLength))).toThrow(BrokenAssumption);
  });

  test("of zeros, and one under a key of zeros, is not good", () => {
    const zeros = asSignature(new Uint8Array(64));
    expect(isSignedBy(device.signKey, zeros, labels.signRecord, ...parts)).toBe(false);
    // The neutral point signs everything, were it allowed as a key.
    const neutral = asSignPublicKey(Uint8Array.of(1, ...filled(31, 0)));
    const forged = asSignature(Uint8Array.of(1, ...filled(63, 0)));
    for (const key of [neutral, asSignPublicKey(new Uint8Array(32))])
      expect(isSignedBy(key, forged, labels.signRecord, ...parts)).toBe(false);
  });
});

describe("a signature for one purpose is none for another, over the same bytes", () => {
  const bytes = utf8("the same bytes");
  const pairs = purposes.flatMap((made) => purposes.map((asked) => [made, asked] as const));

  test.each(pairs)("%s and %s", (made, asked) => {
    const signature = sign(device.signSecret, made, bytes);
    expect(isSignedBy(device.signKey, signature, asked, bytes)).toBe(made === asked);
  });
});

describe("what one function signs, no other takes", () => {
  const relayKey = other.signKey;
  const login = {
    relayHost: "relay.example:443",
    relayKey,
    relayNonce: filled(32, 1),
    device: device.id,
    nowMs: 5,
  };
  const drop = {
    vault: someVault,
    blob: blobIds.fromBytes(filled(32, 2)),
    device: device.id,
    nowMs: 5,
  };
  const receipt = {
    vault: someVault,
    generation: relayGenerations.fromBytes(filled(32, 3)),
    firstPosition: 1,
    envelopes: [envelopeIds.fromBytes(filled(32, 4))],
    nowMs: 5,
  };
  const relayKeys = { signKey: device.signKey, signSecret: device.signSecret, seed: device.seed };
  const signed: Record<string, Signature> = {
    login: signLogin(device.signSecret, login),
    drop: signBlobDrop(device.signSecret, drop),
    receipt: signReceipt(relayKeys, receipt),
  };
  const asked: Record<string, (signature: Signature) => boolean> = {
    login: (signature) => isLoginBy(device.signKey, login, signature),
    drop: (signature) => isBlobDropBy(device.signKey, drop, signature),
    receipt: (signature) => isReceiptBy(device.signKey, receipt, signature),
  };

  test.each(Object.keys(signed))("a %s", (made) => {
    const signature = signed[made] ?? asSignature(new Uint8Array(64));
    const takers = Object.entries(asked).filter(([, isGood]) => isGood(signature));
    expect(takers.map(([name]) => name)).toEqual([made]);
  });
});
