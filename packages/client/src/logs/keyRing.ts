/** The keys this device can reach through the logs: of its user, and of each vault by epoch. */
import {
  type DeviceKeys,
  type KeyFailure,
  openUserKeys,
  openVaultKeys,
  type UserKeys,
  type VaultKey,
  type VaultReader,
} from "@duro/crypto";
import { DeviceScope } from "@duro/crypto/types";
import type { IdentityState, VaultState } from "@duro/crypto/verify";

interface VaultKeys {
  readonly byEpoch: ReadonlyMap<number, VaultKey>;
  readonly failures: readonly KeyFailure[];
}

export interface KeyRing {
  /** `identity` is the newest of this device's own user. */
  userKeys(identity: IdentityState): ReadonlyMap<number, UserKeys>;
  vaultKeys(identity: IdentityState, vault: VaultState): VaultKeys;
}

export const createKeyRing = (device: DeviceKeys): KeyRing => {
  let opened: { readonly head: string; readonly keys: ReadonlyMap<number, UserKeys> } | undefined;

  const userKeys: KeyRing["userKeys"] = (identity) => {
    if (opened?.head !== identity.head.id)
      opened = { head: identity.head.id, keys: openUserKeys(identity, device).keys };
    return opened.keys;
  };

  return {
    userKeys,
    vaultKeys: (identity, vault) => {
      const { user } = identity;
      const isViewer = identity.devices.get(device.id)?.scope === DeviceScope.Viewer;
      const reader: VaultReader = isViewer
        ? { kind: "viewer", user, device }
        : { kind: "member", user, userKeys: userKeys(identity) };
      const { keys, failures } = openVaultKeys(vault, reader);
      return { byEpoch: keys, failures };
    },
  };
};
