/**
 * A device's two key pairs: Ed25519 to sign, X-Wing to receive boxes. Both come from one 32-byte seed,
 * so a key store holds one secret and 24 words can hold a whole device.
 */
import { derive32 } from "../hash.ts";
import type { DeviceId } from "../ids.ts";
import { labels } from "../labels.ts";
import { asKemPublicKey, asSignPublicKey } from "../publicKeys.ts";
import type { RandomBytes } from "../random.ts";
import { assert } from "../result.ts";
import { type Secret, secret } from "../secret.ts";
import type { SignSecretKey } from "../sign.ts";
import { keyByteLength } from "../sizes.ts";
import { ed25519Pair, xwingPair } from "../sodium.ts";
import type { KemSecretKey } from "./box.ts";
import { deviceIdOf, type DevicePublicKeys } from "./deviceId.ts";

export interface DeviceKeys extends DevicePublicKeys {
  readonly id: DeviceId;
  readonly signSecret: SignSecretKey;
  readonly kemSecret: KemSecretKey;
  /** Everything above again, for the key store. */
  readonly seed: Secret<Uint8Array>;
}

export const deviceKeysFromSeed = (seed: Secret<Uint8Array>): DeviceKeys => {
  assert(seed.reveal().length === keyByteLength, "a device seed has 32 bytes");
  const signPair = ed25519Pair(derive32(seed.reveal(), labels.deviceSign));
  const kemPair = xwingPair(derive32(seed.reveal(), labels.deviceKem));
  const signKey = asSignPublicKey(signPair.publicKey);
  const kemKey = asKemPublicKey(kemPair.publicKey);
  return {
    id: deviceIdOf({ signKey, kemKey }),
    signKey,
    kemKey,
    signSecret: secret(signPair.secretKey),
    kemSecret: secret(kemPair.secretKey),
    seed,
  };
};

export const createDeviceKeys = (deps: { readonly randomBytes: RandomBytes }): DeviceKeys =>
  deviceKeysFromSeed(secret(deps.randomBytes(keyByteLength)));
