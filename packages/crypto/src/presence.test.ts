import { describe, expect, test } from "vitest";
import { concatBytes } from "./bytes/bytes.ts";
import { encode } from "./bytes/writer.ts";
import { chainIdOf } from "./envelope/envelope.ts";
import type { VersionUnsupported } from "./version.ts";
import { chainIds, incarnations, vaultIds } from "./ids.ts";
import { createDeviceKeys } from "./keys/deviceKeys.ts";
import { labels } from "./labels.ts";
import { decodePresence, openPresence, type PresenceError, sealPresence } from "./presence.ts";
import { BrokenAssumption, type Result } from "./result.ts";
import { seal, sealedBytes } from "./seal.ts";
import { sign } from "./sign.ts";
import { presenceByteLengthMax } from "./sizes.ts";
import { bitsBetween, everyBitOf, outcomesOfFlips } from "./testing/flips.ts";
import { mustFail, outcomeOf } from "./testing/outcome.ts";
import { must } from "./testing/people.ts";
import { filled, otherVault, someVaultKey, utf8 } from "./testing/samples.ts";
import { seededRandomBytes } from "./testing/seededRandomBytes.ts";

const deps = { randomBytes: seededRandomBytes("presence") };
const device = createDeviceKeys(deps);
const other = createDeviceKeys(deps);
const vaultKey = someVaultKey(deps);
const chain = chainIdOf(device.signKey, incarnations.fromBytes(filled(16, 1)));
const keys = { vaultKey, signSecret: device.signSecret };
const plaintext = utf8("in chapter two");

const sealAt = (count: number): Uint8Array => sealPresence(deps, keys, { chain, count }, plaintext);
const bytes = sealAt(5);

/** Everything a receiver does with bytes. */
const receive = (
  received: Uint8Array,
  countSeen = 4,
  key = vaultKey,
  signKey = device.signKey,
): Result<Uint8Array, PresenceError | VersionUnsupported> => {
  const decoded = decodePresence(received);
  return decoded.ok ? openPresence(key, decoded.value, { signKey, countSeen }) : decoded;
};

describe("presence", () => {
  test("opens to what was put in", () => {
    expect(must(receive(bytes))).toEqual(plaintext);
    expect(must(decodePresence(bytes))).toMatchObject({ chain, count: 5, epoch: 1 });
  });

  test.each([0, 1, 1_000, presenceByteLengthMax])("of %d bytes opens", (byteLength) => {
    const content = filled(byteLength, 9);
    const sealed = sealPresence(deps, keys, { chain, count: 5 }, content);
    expect(must(receive(sealed))).toHaveLength(byteLength);
  });

  test("is never larger than everybody would take", () => {
    const tooLong = filled(presenceByteLengthMax + 1, 9);
    const place = { chain, count: 5 };
    expect(() => sealPresence(deps, keys, place, tooLong)).toThrow(BrokenAssumption);
  });

  test("does not show how short it is, nor what it says", () => {
    const shorter = sealPresence(deps, keys, { chain, count: 5 }, utf8(""));
    expect(shorter).toHaveLength(bytes.length);
    expect(String.fromCharCode(...bytes)).not.toContain("chapter");
  });
});

describe("presence that was played again or comes late is told from new", () => {
  test.each([
    ["first of all", 1, 0, "ok"],
    ["the next", 5, 4, "ok"],
    ["after a gap", 5, 1, "ok"],
    ["the same again", 5, 5, "PresenceReplayed"],
    ["an older one", 5, 6, "PresenceReplayed"],
    ["one numbered 0", 0, 0, "PresenceReplayed"],
  ])("%s", (_, count, seen, outcome) => {
    expect(outcomeOf(receive(sealAt(count), seen))).toBe(outcome);
  });

  test("with the facts", () => {
    expect(mustFail(receive(bytes, 9))).toEqual({ type: "PresenceReplayed", have: 9, got: 5 });
  });
});

/** Head and seal, signed by the device whatever they are. */
const resigned = (head: Uint8Array, sealed: Uint8Array): Uint8Array => {
  const parts = [vaultIds.toBytes(vaultKey.vault), head, sealed];
  return concatBytes(head, sign(device.signSecret, labels.signPresence, ...parts), sealed);
};

describe("presence is refused", () => {
  test.each([
    [
      "under another epoch's key",
      someVaultKey(deps, { epoch: 2 }),
      device.signKey,
      "WrongVaultKey",
    ],
    [
      "under another vault's key",
      someVaultKey(deps, { vault: otherVault }),
      device.signKey,
      "BadSignature",
    ],
    [
      "under a forged key of the right name",
      someVaultKey(deps),
      device.signKey,
      "CommitmentMismatch",
    ],
    ["as another device's", vaultKey, other.signKey, "BadSignature"],
  ])("%s", (_, key, signKey, outcome) => {
    expect(outcomeOf(receive(bytes, 4, key, signKey))).toBe(outcome);
  });

  test("when a member who has the key writes it in another's name", () => {
    const forged = sealPresence(
      deps,
      { vaultKey, signSecret: other.signSecret },
      { chain, count: 6 },
      plaintext,
    );
    expect(outcomeOf(receive(forged))).toBe("BadSignature");
  });

  test("with any one bit turned over", () => {
    const outcomes = outcomesOfFlips(bytes, everyBitOf(bytes), (flipped) =>
      outcomeOf(receive(flipped)),
    );
    // Count 5 has two bits that fall below what was seen; 11 make it 2^53 and more.
    expect(outcomes).toEqual({
      VersionUnsupported: 16,
      WrongVaultKey: 32,
      PresenceReplayed: 2,
      Malformed: 11,
      BadSignature: 8 * bytes.length - 16 - 32 - 2 - 11,
    });
  });

  test("with any one bit turned over by its author, who signs it again", () => {
    const prefix = bytes.subarray(0, 30);
    const sealed = bytes.subarray(30 + 64);
    expect(outcomeOf(receive(resigned(prefix, sealed)))).toBe("ok");
    const ofSealed = outcomesOfFlips(sealed, everyBitOf(sealed), (flipped) =>
      outcomeOf(receive(resigned(prefix, flipped))),
    );
    expect(ofSealed).toEqual({
      CommitmentMismatch: 8 * (24 + 32),
      SealBroken: 8 * (256 + 16),
    });
    const ofChain = outcomesOfFlips(prefix, bitsBetween(2, 18), (flipped) =>
      outcomeOf(receive(resigned(flipped, sealed))),
    );
    expect(ofChain).toEqual({ CommitmentMismatch: 128 });
  });

  test("when its author padded it wrongly", () => {
    const head = encode((to) => {
      to.u8(1);
      to.u8(1);
      chainIds.write(to, chain);
      to.u64(5);
      to.u32(1);
    });
    const inside = sealedBytes(
      seal(deps, vaultKey.presence, { head, clear: new Uint8Array() }, filled(256, 0xff)),
    );
    expect(outcomeOf(receive(resigned(head, inside)))).toBe("Malformed");
  });

  test.each([
    ["nothing", new Uint8Array(), "Malformed"],
    ["a head alone", bytes.subarray(0, 30), "Malformed"],
    ["no sealed bytes", bytes.subarray(0, 30 + 64), "Malformed"],
    ["less than a seal", bytes.subarray(0, 30 + 64 + 71), "Malformed"],
    ["a seal cut short", bytes.subarray(0, -1), "BadSignature"],
    ["a byte more", concatBytes(bytes, filled(1, 0)), "BadSignature"],
    ["more than presence may have", concatBytes(bytes, filled(80_000, 0)), "Malformed"],
    ["version 2", concatBytes(Uint8Array.of(2), bytes.subarray(1)), "VersionUnsupported"],
    ["suite 2", concatBytes(Uint8Array.of(1, 2), bytes.subarray(2)), "VersionUnsupported"],
  ])("of %s", (_, received, outcome) => {
    expect(outcomeOf(receive(received))).toBe(outcome);
  });
});
