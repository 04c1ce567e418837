import { describe, expect, test } from "vitest";
import { envelopeIds, relayGenerations } from "./ids.ts";
import { createRelayKeys, relayKeysFromSeed, signReceipt } from "./receipt.ts";
import { isReceiptBy, type ReceiptClaim } from "./receiptClaim.ts";
import { filled, otherVault, someVault } from "./testing/samples.ts";
import { seededRandomBytes } from "./testing/seededRandomBytes.ts";

const deps = { randomBytes: seededRandomBytes("receipt") };
const relay = createRelayKeys(deps);
const otherRelay = createRelayKeys(deps);
const [one, two, three] = [1, 2, 3].map((byte) => envelopeIds.fromBytes(filled(32, byte)));
if (one === undefined || two === undefined || three === undefined) throw new RangeError("three");

const claim: ReceiptClaim = {
  vault: someVault,
  generation: relayGenerations.fromBytes(filled(32, 7)),
  firstPosition: 40,
  envelopes: [one, two],
  nowMs: 1_800_000_000_000,
};
const signature = signReceipt(relay, claim);

test("a receipt is good for the relay that signed it", () => {
  expect(isReceiptBy(relay.signKey, claim, signature)).toBe(true);
  expect(isReceiptBy(otherRelay.signKey, claim, signature)).toBe(false);
});

describe("a receipt is good for nothing else", () => {
  test.each<[string, Partial<ReceiptClaim>]>([
    ["another vault", { vault: otherVault }],
    ["another generation", { generation: relayGenerations.fromBytes(filled(32, 8)) }],
    ["another position", { firstPosition: 41 }],
    ["an envelope less", { envelopes: [one] }],
    ["an envelope more", { envelopes: [one, two, three] }],
    ["another envelope", { envelopes: [one, three] }],
    ["another order", { envelopes: [two, one] }],
    ["no envelope", { envelopes: [] }],
    ["another time", { nowMs: claim.nowMs + 1 }],
  ])("%s", (_, changed) => {
    expect(isReceiptBy(relay.signKey, { ...claim, ...changed }, signature)).toBe(false);
  });
});

test("a relay has the same key again from its seed", () => {
  const again = relayKeysFromSeed(relay.seed);
  expect(again.signKey).toEqual(relay.signKey);
  expect(signReceipt(again, claim)).toEqual(signature);
  expect(otherRelay.signKey).not.toEqual(relay.signKey);
});
