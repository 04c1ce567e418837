/** Why a vault owes a rotation. Time comes in as a number; nothing here waits or schedules. */
import type { DeviceId, UserId } from "../ids.ts";
import { currentGeneration, type IdentityState, isActive } from "./identityLog.ts";
import { currentEpoch, type VaultState } from "./vaultState.ts";

export type RotationReason =
  | { readonly type: "takenAway"; readonly index: number }
  /** A member's user key moved on: a device of theirs was revoked. */
  | { readonly type: "newGeneration"; readonly user: UserId; readonly generation: number }
  | { readonly type: "viewerGone"; readonly device: DeviceId }
  | { readonly type: "viewerExpired"; readonly device: DeviceId; readonly expiredAtMs: number };

/** `identities` holds the newest state known of each member's log. */
export const rotationOwed = (
  state: VaultState,
  identities: ReadonlyMap<UserId, IdentityState>,
  nowMs: number,
): readonly RotationReason[] => {
  const reasons: RotationReason[] = [];
  if (state.takenAwayAt !== undefined)
    reasons.push({ type: "takenAway", index: state.takenAwayAt });
  const epoch = currentEpoch(state);
  for (const user of state.members.keys()) {
    const identity = identities.get(user);
    if (identity === undefined) continue;
    const { generation } = currentGeneration(identity);
    // The first box: one posted later, to the new generation, takes the key from nobody.
    const boxed = epoch.memberBoxes.get(user)?.at(0)?.generation;
    if (boxed !== undefined && boxed < generation)
      reasons.push({ type: "newGeneration", user, generation });
  }
  for (const { user, device } of state.viewers.values()) {
    const known = identities.get(user)?.devices.get(device);
    if (known !== undefined && !isActive(known)) reasons.push({ type: "viewerGone", device });
    else if (known?.expiresAtMs !== undefined && known.expiresAtMs <= nowMs)
      reasons.push({ type: "viewerExpired", device, expiredAtMs: known.expiresAtMs });
  }
  return reasons;
};
