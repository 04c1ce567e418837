/**
 * What this device owes its vault: to say that somebody's device is gone, to let the vault know of its own,
 * to rotate. Any device that may does it; whoever comes second finds that it is done.
 */
import { DeviceScope } from "@duro/crypto/types";
import {
  type IdentityState,
  isActiveFull,
  type RotationReason,
  Role,
  rotationOwed,
} from "@duro/crypto/verify";
import type { DeviceId, UserId } from "@duro/protocol";
import type { LogView } from "../vault/view.ts";

export type Duty =
  /** Full devices that could write here were revoked: the record that cuts them comes before any other. */
  | { readonly kind: "cut"; readonly user: UserId; readonly devices: readonly DeviceId[] }
  /** The vault does not know this device yet, so nothing that it writes would count. */
  | { readonly kind: "pin" }
  | { readonly kind: "rotate"; readonly reasons: readonly RotationReason[] };

export interface Self {
  readonly user: UserId;
  readonly device: DeviceId;
}

export const dutyOf = (view: LogView, self: Self, nowMs: number): Duty | undefined => {
  const { state } = view;
  const member = state.members.get(self.user);
  const identity = view.identity(self.user);
  if (member === undefined || !isActiveFull(identity?.devices.get(self.device))) return undefined;
  for (const user of state.members.keys()) {
    const devices = goneDevices(view, user);
    if (devices.length === 0) continue;
    // Until all of them are cut nobody can pin their log as it stands.
    if (user === self.user || member.role >= Role.Admin) return { kind: "cut", user, devices };
  }
  const pin = state.pins.get(self.user);
  const pinned = pin === undefined ? undefined : view.identityAt(pin);
  if (!isActiveFull(pinned?.devices.get(self.device))) return { kind: "pin" };
  if (member.role < Role.Writer) return undefined;
  const isAnyGone = [...state.members.keys()].some((user) => goneDevices(view, user).length > 0);
  const reasons = rotationOwed(state, newestOf(view), nowMs);
  return reasons.length > 0 && !isAnyGone ? { kind: "rotate", reasons } : undefined;
};

/**
 * Somebody has a key who may not, and this device can see to it: until that is done it seals nothing. Whoever
 * cannot, since the cut is not theirs to make, seals on: any member could stop them otherwise.
 */
export const awaitsRotation = (view: LogView, self: Self): boolean => {
  // At no time has a viewer's grant run out: that it did may be owed for as long as nobody looks.
  const duty = dutyOf(view, self, 0);
  return duty?.kind === "rotate" || duty?.kind === "cut";
};

/**
 * Devices that the vault still takes for a writer's, and their user has revoked: also those that it never
 * heard of while they were there, since it would hear of them now.
 */
const goneDevices = (view: LogView, user: UserId): readonly DeviceId[] => {
  const { state } = view;
  const pin = state.pins.get(user);
  const pinned = pin === undefined ? undefined : view.identityAt(pin);
  const mayWrite = state.members.get(user)?.writerSince !== undefined;
  return [...(view.identity(user)?.devices.values() ?? [])]
    .filter(({ id, scope, revokedAt }) => {
      const isRevoked = scope === DeviceScope.Full && revokedAt !== undefined;
      return isRevoked && (mayWrite || isActiveFull(pinned?.devices.get(id)));
    })
    .map(({ id }) => id)
    .filter((id) => !state.closedDevices.has(id))
    .toSorted();
};

/** Of every member of the vault, and of whoever granted a viewer. */
export const newestOf = (
  view: Pick<LogView, "state" | "identity">,
): ReadonlyMap<UserId, IdentityState> => {
  const users = [
    ...view.state.members.keys(),
    ...[...view.state.viewers.values()].map(({ user }) => user),
  ];
  const newest = new Map<UserId, IdentityState>();
  for (const user of users) {
    const identity = view.identity(user);
    if (identity !== undefined) newest.set(user, identity);
  }
  return newest;
};
