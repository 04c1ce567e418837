import { describe, expect, test } from "vitest";
import { BrokenAssumption } from "../result.ts";
import { secret } from "../secret.ts";
import { withBitFlipped } from "../testing/flips.ts";
import { seededRandomBytes } from "../testing/seededRandomBytes.ts";
import { asKemPublicKey, asSignPublicKey } from "../publicKeys.ts";
import { deviceIdOf } from "./deviceId.ts";
import { createDeviceKeys, deviceKeysFromSeed } from "./deviceKeys.ts";
import { userKeysFrom } from "./userKey.ts";

const device = createDeviceKeys({ randomBytes: seededRandomBytes("device") });

describe("device keys", () => {
  test("are the same again from their seed", () => {
    const again = deviceKeysFromSeed(device.seed);
    expect(again.id).toBe(device.id);
    expect(again.signSecret.reveal()).toEqual(device.signSecret.reveal());
    expect(again.kemSecret.reveal()).toEqual(device.kemSecret.reveal());
  });

  test("share no secret: neither pair's seed is the device's seed, nor the other's", () => {
    const seed = device.seed.reveal();
    const signSeed = device.signSecret.reveal().slice(0, 32);
    const kemSeed = device.kemSecret.reveal().slice(0, 32);
    expect(signSeed).not.toEqual(seed);
    expect(kemSeed).not.toEqual(seed);
    expect(kemSeed).not.toEqual(signSeed);
  });

  test.each([0, 31, 33, 64])("do not come from a seed of %d bytes", (byteLength) => {
    expect(() => deviceKeysFromSeed(secret(new Uint8Array(byteLength)))).toThrow(BrokenAssumption);
  });
});

describe("a device id", () => {
  test("names both public keys: another bit in either is another device", () => {
    const { signKey, kemKey } = device;
    const ids = [
      deviceIdOf(device),
      ...[0, 255].map((bit) =>
        deviceIdOf({ signKey: asSignPublicKey(withBitFlipped(signKey, bit)), kemKey }),
      ),
      ...[0, 8 * 1_216 - 1].map((bit) =>
        deviceIdOf({ signKey, kemKey: asKemPublicKey(withBitFlipped(kemKey, bit)) }),
      ),
    ];
    expect(ids[0]).toBe(device.id);
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe("user keys", () => {
  const key = secret(seededRandomBytes("user")(32));

  test("are the same again from one key, whatever the generation is called", () => {
    const [one, two] = [userKeysFrom(1, key), userKeysFrom(2, key)];
    expect(two.commitment).toEqual(one.commitment);
    expect(two.signKey).toEqual(one.signKey);
    expect(two.kemKey).toEqual(one.kemKey);
  });

  test("of one byte string are other keys for a user than for a device", () => {
    const user = userKeysFrom(1, key);
    const asDevice = deviceKeysFromSeed(key);
    expect(user.signKey).not.toEqual(asDevice.signKey);
    expect(user.kemKey).not.toEqual(asDevice.kemKey);
  });

  test("are all different, and the commitment is none of them", () => {
    const user = userKeysFrom(1, key);
    const made = [
      user.key.reveal(),
      user.symmetric.reveal(),
      user.signSecret.reveal().subarray(0, 32),
      user.kemSecret.reveal().subarray(0, 32),
      user.commitment,
    ];
    expect(new Set(made.map(String)).size).toBe(made.length);
  });
});
