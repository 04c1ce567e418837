/** Rules of epochs, boxes and granted viewers: who gets a key, and that nobody else does. */
import { type DeviceId, noRecord, type RecordId } from "../ids.ts";
import type { KeyBox } from "../publicKeys.ts";
import { ok } from "../result.ts";
import { viewerCountMax } from "../sizes.ts";
import { currentGeneration, isActive } from "./identityLog.ts";
import { DeviceScope } from "./kinds.ts";
import type { LogRecord } from "./record.ts";
import { type MemberBox, Role, type Rotation, type ViewerBox } from "./vaultRecords.ts";
import {
  currentEpoch,
  type Epoch,
  type Judged,
  type Outcome,
  type Payload,
  type VaultBox,
  type VaultState,
} from "./vaultState.ts";
import { violated } from "./violation.ts";

export const boxOf = (
  record: LogRecord,
  box: KeyBox,
  identityHead: RecordId,
  generation?: number,
): VaultBox => ({ box, previous: record.previous, identityHead, generation });

interface Boxes {
  readonly members: readonly MemberBox[];
  readonly viewers: readonly ViewerBox[];
}

/** Adds boxes to an epoch, each to a current key of somebody who may have it. */
export const withBoxes = (
  { state, record, identities }: Pick<Judged, "state" | "record" | "identities">,
  number: number,
  { members, viewers }: Boxes,
): Outcome => {
  const epoch = state.epochs[number - 1];
  if (epoch === undefined) return violated(record, "VL19 a box names an epoch that exists");
  const memberBoxes = new Map(epoch.memberBoxes);
  for (const { user, generation, box } of members) {
    const identity = identities.get(user);
    if (identity === undefined || generation !== currentGeneration(identity).generation)
      return violated(record, "VL6 a box goes to the current generation");
    const added = boxOf(record, box, identity.head.id, generation);
    memberBoxes.set(user, [...(memberBoxes.get(user) ?? []), added]);
  }
  const viewerBoxes = new Map(epoch.viewerBoxes);
  for (const { user, device, box } of viewers) {
    const known = identities.get(user)?.devices.get(device);
    const granted = state.viewers.get(device);
    if (!isActive(known) || known.scope !== DeviceScope.Viewer || granted?.user !== user)
      return violated(record, "VL14 a granted device is an active viewer");
    const identityHead = identities.get(user)?.head.id ?? noRecord;
    const added = boxOf(record, box, identityHead);
    viewerBoxes.set(device, [...(viewerBoxes.get(device) ?? []), added]);
  }
  return ok({
    ...state,
    epochs: state.epochs.with(number - 1, {
      ...epoch,
      memberBoxes,
      viewerBoxes,
    }),
  });
};

export const addBoxes = (judged: Judged, { epoch, members, viewers }: Payload<"box">): Outcome => {
  const { state, record } = judged;
  if (members.some(({ user }) => !state.members.has(user)))
    return violated(record, "VL5 recipients are exactly members and granted viewers");
  return withBoxes(judged, epoch, { members, viewers });
};

/** Granted devices that are still active viewers at the pins in force: those a rotation must name. */
const viewersOwed = (
  { identities }: Pick<Judged, "identities">,
  state: VaultState,
): readonly DeviceId[] =>
  [...state.viewers.values()]
    .filter(({ user, device }) => {
      const identity = identities.get(user);
      return identity === undefined || isActive(identity.devices.get(device));
    })
    .map(({ device }) => device)
    .toSorted();

export const rotate = (judged: Judged, state: VaultState, rotation: Rotation): Outcome => {
  const { record } = judged;
  if (rotation.epoch !== currentEpoch(state).epoch + 1)
    return violated(record, "VL7 the next epoch");
  const members = [...state.members.keys()].toSorted();
  const areMembers = rotation.members.map(({ user }) => user).join() === members.join();
  const owed = viewersOwed(judged, state);
  const areViewers = rotation.viewers.map(({ device }) => device).join() === owed.join();
  if (!areMembers || !areViewers)
    return violated(record, "VL5 recipients are exactly members and granted viewers");
  const epoch: Epoch = {
    epoch: rotation.epoch,
    commitment: rotation.commitment,
    wrap: rotation.wrap,
    memberBoxes: new Map(),
    viewerBoxes: new Map(),
    since: record.index,
  };
  return withBoxes(
    {
      ...judged,
      state: {
        ...state,
        epochs: [...state.epochs, epoch],
        // Granted devices that are gone by now get no box, and are granted no longer.
        viewers: new Map([...state.viewers].filter(([device]) => owed.includes(device))),
        takenAwayAt: undefined,
      },
    },
    rotation.epoch,
    rotation,
  );
};

export const grantViewer = (
  { state, record, author, identities }: Judged,
  { viewer }: Payload<"grantViewer">,
): Outcome => {
  if (viewer.user !== author.user) return violated(record, "VL4 the role allows it");
  if (!state.viewers.has(viewer.device) && state.viewers.size >= viewerCountMax)
    return violated(record, "VL18 no more members or viewers than the limit");
  return withBoxes(
    {
      state: {
        ...state,
        viewers: new Map(state.viewers).set(viewer.device, {
          user: viewer.user,
          device: viewer.device,
        }),
      },
      record,
      identities,
    },
    currentEpoch(state).epoch,
    { members: [], viewers: [viewer] },
  );
};

export const ungrant = (
  { state, record, author }: Judged,
  { user, device }: Payload<"ungrant">,
): Outcome => {
  if (state.viewers.get(device)?.user !== user)
    return violated(record, "VL14 a granted device is an active viewer");
  if (user !== author.user && author.role < Role.Admin)
    return violated(record, "VL4 the role allows it");
  const viewers = new Map(state.viewers);
  viewers.delete(device);
  return ok({ ...state, viewers, takenAwayAt: record.index });
};
