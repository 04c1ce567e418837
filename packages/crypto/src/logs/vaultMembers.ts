/** Rules of members and their roles. */
import type { DeviceId } from "../ids.ts";
import { ok } from "../result.ts";
import { memberCountMax } from "../sizes.ts";
import { type IdentityState, isActive } from "./identityLog.ts";
import { DeviceScope } from "./kinds.ts";
import { mayManage, withUserCut } from "./vaultCuts.ts";
import { rotate, withBoxes } from "./vaultEpochs.ts";
import { Role } from "./vaultRecords.ts";
import { currentEpoch, type Judged, type Outcome, type Payload } from "./vaultState.ts";
import { violated } from "./violation.ts";

const mayGive = (author: Role, given: Role): boolean =>
  author === Role.Owner || (author === Role.Admin && given < Role.Admin);

export const addMember = (
  { state, record, author, identities }: Judged,
  { role, member }: Payload<"addMember">,
): Outcome => {
  if (!mayGive(author.role, role)) return violated(record, "VL4 the role allows it");
  if (state.members.has(member.user)) return violated(record, "VL11 a user is added once");
  if (state.members.size >= memberCountMax)
    return violated(record, "VL18 no more members or viewers than the limit");
  const boxed = withBoxes({ state, record, identities }, currentEpoch(state).epoch, {
    members: [member],
    viewers: [],
  });
  if (!boxed.ok) return boxed;
  const removedAt = new Map(state.removedAt);
  removedAt.delete(member.user);
  return ok({
    ...boxed.value,
    removedAt,
    members: new Map(state.members).set(member.user, {
      role,
      writerSince: role >= Role.Writer ? record.index : undefined,
    }),
    closedDevices: reopenedAtPin(state.closedDevices, identities.get(member.user)),
  });
};

/** Devices that were gone before their user came: they never could write here. */
export const closedAtPin = (
  closed: ReadonlyMap<DeviceId, "device" | "user">,
  identity: IdentityState,
): ReadonlyMap<DeviceId, "device" | "user"> => {
  const next = new Map(closed);
  for (const device of identity.devices.values())
    if (device.scope === DeviceScope.Full && !isActive(device)) next.set(device.id, "device");
  return next;
};

/**
 * When a user may write again: what they wrote before was cut chain by chain, and chains opened from
 * here on count. Devices that are gone by now stay closed.
 */
const reopenedAtPin = (
  closed: ReadonlyMap<DeviceId, "device" | "user">,
  identity: IdentityState | undefined,
): ReadonlyMap<DeviceId, "device" | "user"> => {
  if (identity === undefined) return closed;
  const reopened = [...closed].filter(([id, how]) => how !== "user" || !identity.devices.has(id));
  return closedAtPin(new Map(reopened), identity);
};

export const setRole = (judged: Judged, { user, role, cuts }: Payload<"setRole">): Outcome => {
  const { state, record, author } = judged;
  const target = state.members.get(user);
  if (target === undefined) return violated(record, "VL12 the user is a member");
  const stepsDown = user === author.user && role < target.role;
  const isManaged = mayManage(author.role, target.role) && mayGive(author.role, role);
  if (!stepsDown && !isManaged) return violated(record, "VL4 the role allows it");
  const owners = [...state.members.values()].filter((member) => member.role === Role.Owner);
  if (target.role === Role.Owner && role !== Role.Owner && owners.length === 1)
    return violated(record, "VL13 an owner remains");
  const mayWriteNow = role >= Role.Writer;
  const takesAway = target.writerSince !== undefined && !mayWriteNow;
  if (!takesAway && cuts.length > 0) return violated(record, "VL8 taking writing away names a cut");
  const cut = takesAway ? withUserCut(judged, state, user, cuts) : ok(state);
  if (!cut.ok) return cut;
  const writerSince = mayWriteNow ? (target.writerSince ?? record.index) : undefined;
  const { closedDevices } = cut.value;
  const gains = mayWriteNow && target.writerSince === undefined;
  return ok({
    ...cut.value,
    members: new Map(state.members).set(user, { role, writerSince }),
    closedDevices: gains
      ? reopenedAtPin(closedDevices, judged.identities.get(user))
      : closedDevices,
  });
};

export const removeMember = (
  judged: Judged,
  { user, cuts, rotation }: Payload<"removeMember">,
): Outcome => {
  const { state, record, author } = judged;
  const target = state.members.get(user);
  if (target === undefined) return violated(record, "VL12 the user is a member");
  // Whoever rotates knows the next key, so nobody can remove themselves: another does it.
  if (user === author.user)
    return violated(record, "VL20 the author keeps what the record takes away");
  if (!mayManage(author.role, target.role)) return violated(record, "VL4 the role allows it");
  const cut = withUserCut(judged, state, user, cuts);
  if (!cut.ok) return cut;
  const members = new Map(state.members);
  members.delete(user);
  const removedAt = new Map(state.removedAt).set(user, record.index);
  const viewers = new Map([...state.viewers].filter(([, viewer]) => viewer.user !== user));
  return rotate(judged, { ...cut.value, members, removedAt, viewers }, rotation);
};
