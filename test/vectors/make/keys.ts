/** Device keys, user keys and vault keys, each from the fewest bytes that make them. */
import { deviceKeysFromSeed } from "../../../packages/crypto/src/keys/deviceKeys.ts";
import { userKeysFrom } from "../../../packages/crypto/src/keys/userKey.ts";
import { vaultKeyFrom } from "../../../packages/crypto/src/keys/vaultKey.ts";
import { vaultIds } from "../../../packages/crypto/src/ids.ts";
import type { SealRoot } from "../../../packages/crypto/src/seal.ts";
import { secret } from "../../../packages/crypto/src/secret.ts";
import { hexOf, type VectorCase, type VectorFile } from "../format.ts";
import type { DeviceKeysInput, UserKeysInput, VaultKeyInput } from "../run/keys.ts";
import { filled } from "./bytes.ts";
import { golden } from "./cases.ts";
import { depsOf } from "./world.ts";

const seeds = (): readonly (readonly [name: string, seed: Uint8Array])[] => [
  ["zeros", filled(32, 0)],
  ["ones", filled(32, 0xff)],
  ["some bytes", depsOf("keys").randomBytes(32)],
];

export const makeDeviceKeys = (): VectorFile<DeviceKeysInput> => ({
  layer: "device-keys",
  about: "From a device's seed to its two public keys and its id (docs/crypto.md §4 and §3).",
  cases: seeds().map(([name, seed]) => {
    const { id, signKey, kemKey } = deviceKeysFromSeed(secret(seed));
    return golden(
      `a seed of ${name}`,
      "one seed makes both key pairs, and both public keys make the name",
      { seed: hexOf(seed) },
      { device: id, signKey: hexOf(signKey), kemKey: hexOf(kemKey) },
    );
  }),
});

export const makeUserKeys = (): VectorFile<UserKeysInput> => ({
  layer: "user-keys",
  about: "From a user key to its public halves, symmetric key and commitment (docs/crypto.md §4).",
  cases: seeds().map(([name, key]) => {
    const keys = userKeysFrom(1, secret(key));
    return golden(
      `a user key of ${name}`,
      "each is derived under a label of its own",
      { key: hexOf(key) },
      {
        signKey: hexOf(keys.signKey),
        kemKey: hexOf(keys.kemKey),
        symmetric: hexOf(keys.symmetric.reveal()),
        commitment: hexOf(keys.commitment),
      },
    );
  }),
});

const rootOf = ({ messages, nonces }: SealRoot) => ({
  messages: hexOf(messages.reveal()),
  nonces: hexOf(nonces.reveal()),
});

const vaultKeyCase = (
  name: string,
  key: Uint8Array,
  vaultByte: number,
  epoch: number,
): VectorCase<VaultKeyInput> => {
  const vault = vaultIds.fromBytes(filled(16, vaultByte));
  const made = vaultKeyFrom({ vault, epoch }, secret(key));
  return golden(
    `a vault key of ${name}, vault ${vaultByte}, epoch ${epoch}`,
    "the commitment is of the key alone, the roots are of its vault and epoch too",
    { vault, epoch, key: hexOf(key) },
    {
      commitment: hexOf(made.commitment),
      bodies: rootOf(made.bodies),
      blobs: rootOf(made.blobs),
      presence: rootOf(made.presence),
    },
  );
};

export const makeVaultKeys = (): VectorFile<VaultKeyInput> => ({
  layer: "vault-keys",
  about: "From a vault key to its commitment and its three roots (docs/crypto.md §4).",
  cases: [
    ...seeds().map(([name, key]) => vaultKeyCase(name, key, 1, 1)),
    vaultKeyCase("zeros", filled(32, 0), 2, 1),
    vaultKeyCase("zeros", filled(32, 0), 1, 258),
  ],
});
