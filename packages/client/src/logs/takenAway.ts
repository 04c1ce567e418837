/**
 * What one branch of a vault's log took away and the other did not: rights that their holders would have
 * back if the one fell and nobody took them away again. A pure look at three states.
 */
import { type IdentityState, Role, type VaultState } from "@duro/crypto/verify";
import type { DeviceId, UserId } from "@duro/protocol";

export type TakenAway =
  /** They belong no longer. */
  | { readonly kind: "member"; readonly user: UserId }
  | { readonly kind: "role"; readonly user: UserId; readonly role: Role }
  /** A device that was cut. */
  | { readonly kind: "device"; readonly user: UserId; readonly device: DeviceId }
  | { readonly kind: "viewer"; readonly user: UserId; readonly device: DeviceId }
  /** Less than that version was forbidden. */
  | { readonly kind: "version"; readonly versionMin: number };

export interface Branches {
  /** As it stood where they part. */
  readonly common: VaultState;
  readonly fallen: VaultState;
  readonly standing: VaultState;
}

/** `identity`: the newest that is known of somebody, who says which devices are theirs. */
export const owedBehindFork = (
  { common, fallen, standing }: Branches,
  identity: (user: UserId) => IdentityState | undefined,
): readonly TakenAway[] => [
  ...ofMembers(common, fallen, standing),
  ...[...standing.members.keys()].flatMap((user) =>
    [...(identity(user)?.devices.keys() ?? [])]
      .filter((device) => isCutIn(fallen, device) && !isCutIn(common, device))
      .filter((device) => !isCutIn(standing, device))
      .map((device): TakenAway => ({ kind: "device", user, device })),
  ),
  ...[...common.viewers.values()]
    .filter(({ device }) => !fallen.viewers.has(device) && standing.viewers.has(device))
    .map(({ user, device }): TakenAway => ({ kind: "viewer", user, device })),
  ...(fallen.versionMin > standing.versionMin
    ? [{ kind: "version" as const, versionMin: fallen.versionMin }]
    : []),
];

const roleIn = ({ members }: VaultState, user: UserId): Role | undefined => members.get(user)?.role;

/** An owner steps down alone, nobody makes them: that they are one again is theirs to end. */
const isOthersDoing = (before: Role): boolean => before !== Role.Owner;

const ofMembers = (
  common: VaultState,
  fallen: VaultState,
  standing: VaultState,
): readonly TakenAway[] =>
  [...common.members].flatMap(([user, { role: before }]): readonly TakenAway[] => {
    const [less, now] = [roleIn(fallen, user), roleIn(standing, user)];
    if (now === undefined) return [];
    if (less === undefined) return [{ kind: "member", user }];
    return less < before && less < now && isOthersDoing(before)
      ? [{ kind: "role", user, role: less }]
      : [];
  });

/** On its own: one that is closed with its user is told by what its user may. */
const isCutIn = ({ closedDevices }: VaultState, device: DeviceId): boolean =>
  closedDevices.get(device) === "device";
