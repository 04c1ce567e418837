/** Keys that come from other keys: docs/crypto.md §4. */
import { vaultIds } from "../../../packages/crypto/src/ids.ts";
import { deviceKeysFromSeed } from "../../../packages/crypto/src/keys/deviceKeys.ts";
import { userKeysFrom } from "../../../packages/crypto/src/keys/userKey.ts";
import { type VaultKey, vaultKeyFrom } from "../../../packages/crypto/src/keys/vaultKey.ts";
import type { SealRoot } from "../../../packages/crypto/src/seal.ts";
import { secret } from "../../../packages/crypto/src/secret.ts";
import { bytesOf, type Hex, hexOf, type Json, type Ran } from "../format.ts";
import { accepted } from "./ran.ts";

export interface DeviceKeysInput {
  readonly seed: Hex;
}

export const runDeviceKeys = ({ seed }: DeviceKeysInput): Ran => {
  const { id, signKey, kemKey } = deviceKeysFromSeed(secret(bytesOf(seed)));
  return accepted({ device: id, signKey: hexOf(signKey), kemKey: hexOf(kemKey) });
};

export interface UserKeysInput {
  readonly key: Hex;
}

export const runUserKeys = ({ key }: UserKeysInput): Ran => {
  const { signKey, kemKey, symmetric, commitment } = userKeysFrom(1, secret(bytesOf(key)));
  return accepted({
    signKey: hexOf(signKey),
    kemKey: hexOf(kemKey),
    symmetric: hexOf(symmetric.reveal()),
    commitment: hexOf(commitment),
  });
};

export interface VaultKeyInput {
  readonly vault: Hex;
  readonly epoch: number;
  readonly key: Hex;
}

export const vaultKeyOf = ({ vault, epoch, key }: VaultKeyInput): VaultKey =>
  vaultKeyFrom({ vault: vaultIds.fromBytes(bytesOf(vault)), epoch }, secret(bytesOf(key)));

const rootJson = ({ messages, nonces }: SealRoot): Json => ({
  messages: hexOf(messages.reveal()),
  nonces: hexOf(nonces.reveal()),
});

export const runVaultKeys = (input: VaultKeyInput): Ran => {
  const { commitment, bodies, blobs, presence } = vaultKeyOf(input);
  return accepted({
    commitment: hexOf(commitment),
    bodies: rootJson(bodies),
    blobs: rootJson(blobs),
    presence: rootJson(presence),
  });
};
