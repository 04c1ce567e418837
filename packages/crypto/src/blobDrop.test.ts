import { describe, expect, test } from "vitest";
import { type BlobDrop, isBlobDropBy, signBlobDrop } from "./blobDrop.ts";
import { blobIds } from "./ids.ts";
import { createDeviceKeys } from "./keys/deviceKeys.ts";
import { filled, otherVault, someVault } from "./testing/samples.ts";
import { seededRandomBytes } from "./testing/seededRandomBytes.ts";

const deps = { randomBytes: seededRandomBytes("drop") };
const device = createDeviceKeys(deps);
const other = createDeviceKeys(deps);

const drop: BlobDrop = {
  vault: someVault,
  blob: blobIds.fromBytes(filled(32, 1)),
  device: device.id,
  nowMs: 1_800_000_000_000,
};
const signature = signBlobDrop(device.signSecret, drop);

test("a drop is good for the device that signed it", () => {
  expect(isBlobDropBy(device.signKey, drop, signature)).toBe(true);
  expect(isBlobDropBy(other.signKey, drop, signature)).toBe(false);
});

describe("a drop is good for nothing else", () => {
  test.each<[string, Partial<BlobDrop>]>([
    ["another vault", { vault: otherVault }],
    ["another blob", { blob: blobIds.fromBytes(filled(32, 2)) }],
    ["another device", { device: other.id }],
    ["another time", { nowMs: drop.nowMs - 1 }],
  ])("%s", (_, changed) => {
    expect(isBlobDropBy(device.signKey, { ...drop, ...changed }, signature)).toBe(false);
  });
});
