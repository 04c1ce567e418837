/**
 * What this device owes its vault: to say that somebody's device is gone, to let the vault know of its own,
 * to rotate. Any device that may does it; whoever comes second finds that it is done.
 */
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
  /** A full device that could write here was revoked: the record that cuts it comes before any other. */
  | { readonly kind: "cut"; readonly user: UserId; readonly device: DeviceId }
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
    const gone = goneDevice(view, user);
    if (gone === undefined) continue;
    // Until it is cut nobody can pin their log as it stands.
    if (user === self.user || member.role >= Role.Admin) return { kind: "cut", user, device: gone };
  }
  const pin = state.pins.get(self.user);
  const pinned = pin === undefined ? undefined : view.identityAt(pin);
  if (!isActiveFull(pinned?.devices.get(self.device))) return { kind: "pin" };
  if (member.role < Role.Writer) return undefined;
  const isAnyGone = [...state.members.keys()].some((user) => goneDevice(view, user) !== undefined);
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

/** A device that the vault still takes for a writer's, and its user has revoked. */
const goneDevice = (view: LogView, user: UserId): DeviceId | undefined => {
  const { state } = view;
  const pin = state.pins.get(user);
  const pinned = pin === undefined ? undefined : view.identityAt(pin);
  const newest = view.identity(user);
  if (pinned === undefined || newest === undefined) return undefined;
  for (const device of pinned.devices.values())
    if (
      isActiveFull(device) &&
      newest.devices.get(device.id)?.revokedAt !== undefined &&
      !state.closedDevices.has(device.id)
    )
      return device.id;
  return undefined;
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
