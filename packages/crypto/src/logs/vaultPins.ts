/** Rules of pins: which identity logs a record relies on, and what a newer one takes away. */
import type { DeviceId, UserId } from "../ids.ts";
import { ok, type Result } from "../result.ts";
import { type IdentityState, isActive } from "./identityLog.ts";
import { DeviceScope } from "./kinds.ts";
import type { Rotation, VaultPayload } from "./vaultRecords.ts";
import type { Judged, VaultLogError } from "./vaultState.ts";
import { type RuleViolated, violated } from "./violation.ts";

const rotationUsers = ({ members, viewers }: Pick<Rotation, "members" | "viewers">): UserId[] => [
  ...members.map(({ user }) => user),
  ...viewers.map(({ user }) => user),
];

/** Users whose devices or keys a payload speaks of; with the author, exactly these are pinned. */
const reliedOn = (payload: VaultPayload): readonly UserId[] => {
  switch (payload.type) {
    case "genesis":
      return [payload.owner.user];
    case "addMember":
      return [payload.member.user];
    case "setRole":
    case "cutDevice":
    case "raiseCut":
    case "chainAnchor":
    case "equivocation":
      return [payload.user];
    case "removeMember":
      return [payload.user, ...rotationUsers(payload.rotation)];
    case "rotate":
      return rotationUsers(payload.rotation);
    case "grantViewer":
      return [payload.viewer.user];
    case "box":
      return rotationUsers(payload);
    case "ungrant":
    case "resolve":
    case "policy":
    case "pin":
    case "unknown":
      return [];
  }
};

/** Payloads that may pin whom they like among the members. */
const pinsFreely = (payload: VaultPayload): boolean =>
  payload.type === "pin" || payload.type === "unknown";

export const checkPins = (judged: Judged, payload: VaultPayload): Result<void, VaultLogError> => {
  const { state, record, author, identities } = judged;
  const named = record.pins.map(({ user }) => user);
  const needed = [...new Set([author.user, ...reliedOn(payload)])].toSorted();
  const areExact = named.join() === needed.join();
  const areMembers = named.every((user) => state.members.has(user));
  if (!areExact && !(pinsFreely(payload) && areMembers))
    return violated(record, "VL1 pins name exactly the users relied on");
  for (const pin of record.pins) {
    const before = state.pins.get(pin.user);
    const extendsIt =
      before === undefined || identities.get(pin.user)?.history[before.index] === before.head;
    if (!extendsIt) return violated(record, "VL2 a pin never goes back or to another branch");
  }
  return checkRevokedAreCut(judged, payload, identities);
};

/**
 * A new pin under which a device is gone takes writing away, so it names the cut: otherwise two
 * readers could disagree about what that device wrote last.
 */
const checkRevokedAreCut = (
  { state, record }: Judged,
  payload: VaultPayload,
  identities: ReadonlyMap<UserId, IdentityState>,
): Result<void, RuleViolated> => {
  for (const [user, identity] of identities) {
    const member = state.members.get(user);
    if (member?.writerSince === undefined) continue;
    if (payload.type === "removeMember" && payload.user === user) continue;
    const cutNow =
      payload.type === "cutDevice" && payload.user === user
        ? new Set(payload.cuts.map(({ device }) => device))
        : new Set<DeviceId>();
    for (const device of identity.devices.values()) {
      const isGone = device.scope === DeviceScope.Full && !isActive(device);
      if (isGone && !state.closedDevices.has(device.id) && !cutNow.has(device.id))
        return violated(record, "VL8 taking writing away names a cut");
    }
  }
  return ok(undefined);
};
