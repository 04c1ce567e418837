import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { incarnations, noEnvelope } from "../ids.ts";
import { createDeviceKeys } from "../keys/deviceKeys.ts";
import { bodyByteLengthMax, bodyByteLengthMin } from "../sizes.ts";
import { everyBitOf, outcomesOfFlips, someBitsOf } from "../testing/flips.ts";
import { mustFail, outcomeOf } from "../testing/outcome.ts";
import { must } from "../testing/people.ts";
import { filled, sealChain, sealSome, signHead, someVaultKey, utf8 } from "../testing/samples.ts";
import { seededRandomBytes } from "../testing/seededRandomBytes.ts";
import { openBody } from "./body.ts";
import {
  chainIdOf,
  decodeEnvelope,
  encodeEnvelope,
  type Envelope,
  envelopeIdOf,
  verifyEnvelope,
  verifySignedHead,
} from "./envelope.ts";
import { encodeHead, EnvelopeKind } from "./head.ts";

const deps = { randomBytes: seededRandomBytes("envelope") };
const device = createDeviceKeys(deps);
const other = createDeviceKeys(deps);
const vaultKey = someVaultKey(deps);
const sealer = { device, vaultKey };

const envelope = sealSome(deps, sealer, utf8("a thought"));
const bytes = encodeEnvelope(envelope);

/** Everything a receiver does with bytes: what came of it, by name. */
const receive = (received: Uint8Array): string => {
  const decoded = decodeEnvelope(received);
  if (!decoded.ok) return decoded.error.type;
  const verified = verifyEnvelope(decoded.value, device.signKey);
  return verified.ok ? outcomeOf(openBody(vaultKey, verified.value)) : verified.error.type;
};

describe("an envelope", () => {
  test("is head, signature and body, one behind the other: 172, 64 and the rest", () => {
    expect(bytes.subarray(0, 172)).toEqual(encodeHead(envelope.head));
    expect(bytes.subarray(172, 236)).toEqual(envelope.signature);
    expect(bytes.subarray(236)).toEqual(envelope.body);
  });

  test.each([0, 1, 247, 248, 70_000])("with %d bytes inside comes back from its bytes", (size) => {
    const sealed = sealSome(deps, sealer, seededRandomBytes("inside")(size), {}, utf8("clear"));
    const { id, ...parts } = sealed;
    const back = must(decodeEnvelope(encodeEnvelope(sealed)));
    expect(back).toEqual(parts);
    expect(must(verifyEnvelope(back, device.signKey)).id).toBe(id);
    expect(envelopeIdOf(back.head)).toBe(id);
  });

  test("without its body is 236 bytes, keeps its id, and still verifies", () => {
    const detached: Envelope = { ...envelope, body: undefined };
    const encoded = encodeEnvelope(detached);
    expect(encoded).toHaveLength(236);
    const back = must(decodeEnvelope(encoded));
    expect(back.body).toBeUndefined();
    const verified = must(verifyEnvelope(back, device.signKey));
    expect(verified.id).toBe(envelope.id);
    expect(mustFail(openBody(vaultKey, verified))).toEqual({
      type: "BodyMissing",
      chain: envelope.head.chain,
      seq: 7,
    });
  });

  test("has an id that any change of its head changes, and none of its signature", () => {
    const { head } = envelope;
    const ids = [
      head,
      { ...head, seq: 8 },
      { ...head, kind: EnvelopeKind.Attest },
      { ...head, nonce: filled(24, 0) },
      { ...head, bodyHash: filled(32, 0) },
    ].map(envelopeIdOf);
    expect(new Set(ids).size).toBe(5);
    const signedByOther = signHead(other, head, envelope.body);
    expect(must(verifyEnvelope(signedByOther, other.signKey)).id).toBe(envelope.id);
  });
});

describe("bytes that are no envelope", () => {
  test.each([
    ["nothing", new Uint8Array(), "Malformed"],
    ["a head alone", bytes.subarray(0, 172), "Malformed"],
    ["a head and half a signature", bytes.subarray(0, 204), "Malformed"],
    ["a body a byte short", bytes.subarray(0, -1), "Malformed"],
    ["a body a byte long", Uint8Array.of(...bytes, 0), "Malformed"],
    ["a body of one byte", bytes.subarray(0, 237), "Malformed"],
    ["more than any envelope has", filled(236 + bodyByteLengthMax + 1, 1), "Malformed"],
    ["version 2", Uint8Array.of(2, ...bytes.subarray(1)), "VersionUnsupported"],
    ["suite 2", Uint8Array.of(1, 2, ...bytes.subarray(2)), "VersionUnsupported"],
    ["two bytes of version 9", Uint8Array.of(9, 1), "VersionUnsupported"],
  ])("%s", (_, received, outcome) => {
    expect(outcomeOf(decodeEnvelope(received))).toBe(outcome);
  });

  test("any bytes at all are refused by name", () => {
    const anyBytes = fc.uint8Array({ maxLength: 400 });
    fc.assert(
      fc.property(anyBytes, (tail) => {
        const outcome = receive(Uint8Array.of(1, 1, 2, 0, ...tail));
        expect(["Malformed", "BadSignature", "BodyHashMismatch"]).toContain(outcome);
      }),
    );
  });
});

describe("verifying", () => {
  test("asks for the author's key", () => {
    expect(outcomeOf(verifyEnvelope(envelope, device.signKey))).toBe("ok");
    expect(mustFail(verifyEnvelope(envelope, other.signKey))).toEqual({
      type: "BadSignature",
      what: "envelope",
      of: envelope.head.chain,
      at: 7,
    });
    expect(must(verifySignedHead(envelope, device.signKey))).toBe(envelope.id);
    expect(outcomeOf(verifySignedHead(envelope, other.signKey))).toBe("BadSignature");
  });

  test("asks for the body that the head speaks of, which the relay may have changed", () => {
    const sibling = sealSome(deps, sealer, utf8("b thought"));
    const exchanged: Envelope = { ...envelope, body: sibling.body };
    expect(sibling.body?.length).toBe(envelope.body?.length);
    expect(mustFail(verifyEnvelope(exchanged, device.signKey))).toEqual({
      type: "BodyHashMismatch",
      chain: envelope.head.chain,
      seq: 7,
    });
  });

  test("does not take a signature of another envelope of the same chain", () => {
    const [one, two] = sealChain(deps, sealer, 2);
    if (one === undefined || two === undefined) throw new RangeError("a chain of two");
    const exchanged: Envelope = { ...two, signature: one.signature };
    expect(outcomeOf(verifyEnvelope(exchanged, device.signKey))).toBe("BadSignature");
    expect([one.head.previous, two.head.previous]).toEqual([noEnvelope, one.id]);
  });
});

describe("an envelope with one bit turned over never opens", () => {
  test("at every bit of a small one", () => {
    const bodyBits = 8 * bodyByteLengthMin;
    // Kind to 0 or above 5: 7; flags: 8; seq to 2^53 and more: 11; epoch to 0: 1; body length: 32.
    const malformed = 7 + 8 + 11 + 1 + 32;
    expect(outcomesOfFlips(bytes, everyBitOf(bytes), receive)).toEqual({
      VersionUnsupported: 16,
      Malformed: malformed,
      BodyHashMismatch: 256 + bodyBits,
      BadSignature: 8 * 236 - 16 - malformed - 256,
    });
  });

  test("at 1,000 bits of one of 64 KiB", () => {
    const large = encodeEnvelope(sealSome(deps, sealer, seededRandomBytes("large")(65_536)));
    expect(receive(large)).toBe("ok");
    const outcomes = outcomesOfFlips(large, someBitsOf(large, 1_000, "flips"), receive);
    expect(outcomes["ok"]).toBeUndefined();
    expect(outcomes["BodyHashMismatch"]).toBeGreaterThan(980);
  });

  test("at every bit of one without its body", () => {
    const detached = bytes.subarray(0, 236);
    const outcomes = outcomesOfFlips(detached, everyBitOf(detached), receive);
    expect(Object.keys(outcomes).toSorted()).toEqual([
      "BadSignature",
      "Malformed",
      "VersionUnsupported",
    ]);
  });
});

describe("a chain id", () => {
  const incarnation = incarnations.fromBytes(filled(16, 1));

  test("is 16 bytes that follow from the device's key and the incarnation alone", () => {
    expect(chainIdOf(device.signKey, incarnation)).toMatch(/^[0-9a-f]{32}$/u);
    expect(chainIdOf(device.signKey.slice() as typeof device.signKey, incarnation)).toBe(
      chainIdOf(device.signKey, incarnation),
    );
  });

  test("is another for another device and for another incarnation", () => {
    const ids = [
      chainIdOf(device.signKey, incarnation),
      chainIdOf(other.signKey, incarnation),
      chainIdOf(device.signKey, incarnations.fromBytes(filled(16, 2))),
    ];
    expect(new Set(ids).size).toBe(3);
  });
});
