import { describe, expect, test } from "vitest";
import { concatBytes } from "../bytes/bytes.ts";
import { encode } from "../bytes/writer.ts";
import { incarnations, recordIds } from "../ids.ts";
import { createDeviceKeys } from "../keys/deviceKeys.ts";
import { padmeByteLength } from "../padding.ts";
import { BrokenAssumption } from "../result.ts";
import { seal } from "../seal.ts";
import {
  bodyByteLengthMax,
  bodyByteLengthMin,
  bodyClearByteLengthMax,
  bodyPlaintextByteLengthMax,
  sealHeadByteLength,
} from "../sizes.ts";
import { bitsBetween, everyBitOf, outcomesOfFlips } from "../testing/flips.ts";
import { mustFail, outcomeOf } from "../testing/outcome.ts";
import { must } from "../testing/people.ts";
import {
  filled,
  otherVault,
  sealSome,
  signBody,
  someVault,
  someVaultKey,
  utf8,
} from "../testing/samples.ts";
import { seededRandomBytes } from "../testing/seededRandomBytes.ts";
import { openBody, sealBody } from "./body.ts";
import { bodyHashOf, isBodyOf, readClear } from "./bodyForm.ts";
import { chainIdOf, type Envelope, verifyEnvelope } from "./envelope.ts";
import { decodeHead, encodeHead, EnvelopeKind, type HeadFields, headPrefixBytes } from "./head.ts";

const deps = { randomBytes: seededRandomBytes("body") };
const device = createDeviceKeys(deps);
const vaultKey = someVaultKey(deps);
const sealer = { device, vaultKey };
const plaintext = utf8("a thought");
const clear = utf8("coverage");

const envelope = sealSome(deps, sealer, plaintext, {}, clear);
const body = envelope.body ?? new Uint8Array();

/** What comes of an envelope that its author signed as it is. */
const openSigned = (signed: Envelope, key = vaultKey): string =>
  outcomeOf(openBody(key, must(verifyEnvelope(signed, device.signKey))));

const bodyOf = ({ body: found }: Envelope): Uint8Array => found ?? new Uint8Array();

describe("a body", () => {
  test.each([
    [0, 0],
    [9, 0],
    [0, 9],
    [5_000, 300],
  ])("of %d bytes, %d of them beside it in clear, opens to what was put in", (size, clearSize) => {
    const content = { plaintext: filled(size, 1), clear: filled(clearSize, 2) };
    const sealed = sealSome(deps, sealer, content.plaintext, {}, content.clear);
    expect(must(openBody(vaultKey, must(verifyEnvelope(sealed, device.signKey))))).toEqual(content);
  });

  test("shows its clear part to whoever has no key, and nothing of the rest", () => {
    expect(must(readClear(body))).toEqual(clear);
    expect(String.fromCharCode(...body)).not.toContain("thought");
  });

  test("of the least content has the least length", () => {
    expect(bodyOf(sealSome(deps, sealer, utf8("")))).toHaveLength(bodyByteLengthMin);
  });

  test("of the largest content has just the largest length", () => {
    const largest = sealSome(
      deps,
      sealer,
      filled(bodyPlaintextByteLengthMax, 1),
      {},
      filled(bodyClearByteLengthMax, 2),
    );
    expect(padmeByteLength(8 + bodyPlaintextByteLengthMax)).toBe(1_081_344);
    expect(bodyOf(largest).length).toBeLessThanOrEqual(bodyByteLengthMax);
    expect(bodyOf(largest).length).toBeGreaterThan(bodyByteLengthMax - 4);
    expect(openSigned(largest)).toBe("ok");
  });

  test.each<[string, Uint8Array, Uint8Array, Partial<HeadFields>]>([
    ["a byte more than the largest content", filled(bodyPlaintextByteLengthMax + 1, 0), clear, {}],
    [
      "a byte more than the largest clear part",
      plaintext,
      filled(bodyClearByteLengthMax + 1, 0),
      {},
    ],
    ["another epoch than its key's", plaintext, clear, { epoch: 2 }],
    ["another vault than its key's", plaintext, clear, { vault: otherVault }],
  ])("is never sealed with %s", (_, inside, beside, fields) => {
    const content = { plaintext: inside, clear: beside };
    const sealOwn = () => sealBody(deps, vaultKey, { ...envelope.head, ...fields }, content);
    expect(sealOwn).toThrow(BrokenAssumption);
  });
});

describe("[ENV1] the head's body is told from any other", () => {
  test.each([
    ["itself", body, true],
    ["a byte short", body.subarray(0, -1), false],
    ["a byte long", concatBytes(body, filled(1, 0)), false],
    ["another of the same length", bodyOf(sealSome(deps, sealer, plaintext, {}, clear)), false],
    ["nothing", new Uint8Array(), false],
  ])("%s", (_, found, isIt) => {
    expect(isBodyOf(envelope.head, found)).toBe(isIt);
  });
});

describe("a key of another vault or epoch is no verdict on the envelope", () => {
  test.each([
    ["epoch", someVaultKey(deps, { epoch: 2 })],
    ["vault", someVaultKey(deps, { vault: otherVault })],
  ])("%s", (_, key) => {
    const verified = must(verifyEnvelope(envelope, device.signKey));
    expect(mustFail(openBody(key, verified))).toEqual({
      type: "WrongVaultKey",
      expected: { vault: someVault, epoch: 1 },
      got: { vault: key.vault, epoch: key.epoch },
    });
  });

  test("a forged key of the right name is a mismatch", () => {
    expect(openSigned(envelope, someVaultKey(deps))).toBe("CommitmentMismatch");
  });
});

describe("[ENV3] a body that its author signed where it does not belong is void", () => {
  const newerKey = someVaultKey(deps, { epoch: 2 });
  const otherKey = someVaultKey(deps, { vault: otherVault });
  const { head } = envelope;
  const sibling = sealSome(deps, sealer, plaintext, { seq: 8 }, clear);
  const otherIncarnation = incarnations.fromBytes(filled(16, 9));
  const otherChain = { chain: chainIdOf(device.signKey, otherIncarnation) };

  test.each<[string, Envelope]>([
    ["in another envelope of its chain", signBody(device, sibling.head, body)],
    [
      "under another envelope's nonce",
      signBody(device, { ...head, nonce: sibling.head.nonce }, body),
    ],
    ["in another chain", signBody(device, head, body, otherChain)],
    ["as another kind", signBody(device, head, body, { kind: EnvelopeKind.Attest })],
    [
      "under another log head",
      signBody(device, head, body, { logHead: recordIds.fromBytes(filled(32, 9)) }),
    ],
    [
      "with a newer epoch's body",
      signBody(device, head, bodyOf(sealSome(deps, { device, vaultKey: newerKey }, plaintext))),
    ],
    [
      "with another vault's body",
      signBody(device, head, bodyOf(sealSome(deps, { device, vaultKey: otherKey }, plaintext))),
    ],
  ])("%s", (_, signed) => {
    expect(openSigned(signed)).toBe("CommitmentMismatch");
  });

  test("a newer epoch's key does not open it under that epoch either", () => {
    const signed = signBody(device, head, body, { epoch: 2 });
    expect(openSigned(signed, newerKey)).toBe("CommitmentMismatch");
  });

  test("another vault's key does not open it in that vault either", () => {
    const signed = signBody(device, head, body, { vault: otherVault });
    expect(openSigned(signed, otherKey)).toBe("CommitmentMismatch");
  });
});

describe("[ENV3] bytes that an author signed as a body are void by name", () => {
  const { head } = envelope;
  const sealed = body.subarray(1 + clear.length);
  const withClear = (...parts: readonly Uint8Array[]) => concatBytes(...parts, sealed);
  const least = filled(bodyByteLengthMin, 0);

  test.each([
    ["another clear part", withClear(Uint8Array.of(8), utf8("Coverage")), "CommitmentMismatch"],
    ["no clear part", withClear(Uint8Array.of(0)), "CommitmentMismatch"],
    ["a clear part in two bytes of length", withClear(Uint8Array.of(0x88, 0), clear), "Malformed"],
    [
      "a clear part that ends in the commitment",
      withClear(Uint8Array.of(9), clear),
      "CommitmentMismatch",
    ],
    ["a clear part beyond the end", concatBytes(Uint8Array.of(0xff, 0x7f), least), "Malformed"],
    [
      "a clear part over its limit",
      concatBytes(
        encode((to) => to.varUint(bodyClearByteLengthMax + 1)),
        filled(300_000, 0),
      ),
      "Malformed",
    ],
    ["zeros", least, "CommitmentMismatch"],
    ["a byte more behind the tag", concatBytes(body, filled(1, 0)), "SealBroken"],
  ])("%s", (_, bytes, outcome) => {
    expect(openSigned(signBody(device, head, bytes))).toBe(outcome);
  });

  test.each([
    ["no padding", utf8("a thought"), "Malformed"],
    ["padding that is not zero", filled(256, 1), "Malformed"],
    [
      "a length of 2^53 - 1",
      concatBytes(filled(6, 0xff), Uint8Array.of(0x1f, 0), filled(248, 0)),
      "Malformed",
    ],
    ["an empty content, rightly padded", filled(256, 0), "ok"],
  ])("a rightly sealed body with %s", (_, padded, outcome) => {
    const around = { head: headPrefixBytes(head), clear };
    const { nonce, commitment, ciphertext } = seal(deps, vaultKey.bodies, around, padded);
    const clearBytes = encode((to) => to.varBytes(clear));
    const made = concatBytes(clearBytes, commitment, ciphertext);
    expect(openSigned(signBody(device, { ...head, nonce }, made))).toBe(outcome);
  });

  test("every bit of a body", () => {
    const clearBits = 8 * (1 + clear.length);
    const outcomes = outcomesOfFlips(body, everyBitOf(body), (flipped) =>
      openSigned(signBody(device, head, flipped)),
    );
    const ciphertextBits = 8 * (256 + 16);
    expect(Object.keys(outcomes).toSorted()).toEqual([
      "CommitmentMismatch",
      "Malformed",
      "SealBroken",
    ]);
    expect(outcomes["SealBroken"]).toBe(ciphertextBits);
    expect(outcomes["CommitmentMismatch"]).toBeGreaterThan(8 * 32 + clearBits - 8);
  });

  test("every bit of a head, up to and with the nonce", () => {
    const encoded = encodeHead(head);
    const outcomes = outcomesOfFlips(encoded, bitsBetween(0, sealHeadByteLength), (flipped) => {
      const decoded = decodeHead(flipped);
      if (!decoded.ok) return decoded.error.type;
      return openSigned(signBody(device, decoded.value, body));
    });
    // Kind to 0 or above 5: 7; flags: 8; seq to 2^53 and more: 11; epoch to 0: 1.
    const malformed = 7 + 8 + 11 + 1;
    const wrongKey = 128 + 31;
    expect(outcomes).toEqual({
      VersionUnsupported: 16,
      Malformed: malformed,
      WrongVaultKey: wrongKey,
      CommitmentMismatch: 8 * sealHeadByteLength - 16 - malformed - wrongKey,
    });
  });
});

test("a body hash is another for any other body", () => {
  expect(bodyHashOf(body)).not.toEqual(bodyHashOf(body.subarray(1)));
  expect(bodyHashOf(body)).toEqual(envelope.head.bodyHash);
});
