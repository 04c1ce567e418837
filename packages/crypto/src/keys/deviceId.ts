/** A device is named by its two public keys, so neither can be exchanged under its name. */
import { hash16 } from "../hash.ts";
import { type DeviceId, deviceIds } from "../ids.ts";
import { labels } from "../labels.ts";
import type { KemPublicKey, SignPublicKey } from "../publicKeys.ts";

export interface DevicePublicKeys {
  readonly signKey: SignPublicKey;
  readonly kemKey: KemPublicKey;
}

export const deviceIdOf = ({ signKey, kemKey }: DevicePublicKeys): DeviceId =>
  deviceIds.fromBytes(hash16(labels.deviceId, signKey, kemKey));
