/** The newest keys of this person, as this device can reach them. */
import { type DeviceKeys, openUserKeys, type UserKeys } from "@duro/crypto";
import { err, ok, type Result } from "@duro/crypto/types";
import { currentGeneration, type IdentityState } from "@duro/crypto/verify";

/** This device holds no key of its user that is current: it was revoked, or is a viewer. */
export interface KeyOutOfReach {
  readonly type: "KeyOutOfReach";
}

export const currentUserKeys = (
  identity: IdentityState | undefined,
  device: DeviceKeys,
): Result<UserKeys, KeyOutOfReach> => {
  if (identity === undefined) return err({ type: "KeyOutOfReach" });
  const { generation } = currentGeneration(identity);
  const keys = openUserKeys(identity, device).keys.get(generation);
  return keys === undefined ? err({ type: "KeyOutOfReach" }) : ok(keys);
};
