/** Who belongs to the vault in the end, as the relay's logs say: read with the relay's own fold. */
import { openUserKeys, openVaultKeys } from "@duro/crypto";
import {
  currentEpoch,
  type IdentityState,
  isActive,
  isActiveFull,
  rotationOwed,
  type VaultState,
} from "@duro/crypto/verify";
import type { UserId } from "@duro/protocol";
import { createKnownLogs } from "../../packages/server/src/relay/knownLogs.ts";
import { isPhone, type Resident } from "./people.ts";
import type { World } from "./world.ts";

export interface Belonging {
  readonly state: VaultState;
  readonly identities: ReadonlyMap<UserId, IdentityState>;
  /** May read and write now. */
  readonly isIn: (resident: Resident) => boolean;
  /** A phone that is granted the vault. */
  readonly isReader: (resident: Resident) => boolean;
  /** Has been in all along, so that everything they saved must be there. */
  readonly wasAlwaysIn: (resident: Resident) => boolean;
  readonly isRotationOwed: boolean;
}

export const belongingOf = async ({ stores, books, changes }: World): Promise<Belonging> => {
  const logs = createKnownLogs(stores.logStore);
  const state = await logs.vault(books.vault.state.vault);
  if (state === undefined) throw new RangeError("the vault's log is at the relay");
  const identities = new Map<UserId, IdentityState>();
  for (const { state: known } of books.people) {
    const newest = (await logs.identity(known.user))?.at(-1);
    if (newest !== undefined) identities.set(known.user, newest);
  }
  const userOf = ({ owner }: Resident): UserId | undefined => books.people[owner]?.state.user;
  const isIn = (resident: Resident): boolean => {
    const user = userOf(resident);
    return (
      user !== undefined &&
      state.members.has(user) &&
      isActiveFull(identities.get(user)?.devices.get(resident.keys.id))
    );
  };
  return {
    state,
    identities,
    isIn,
    isReader: (resident) => {
      const user = userOf(resident);
      const { id } = resident.keys;
      if (user === undefined || !isPhone(resident)) return false;
      return (
        state.viewers.get(id)?.user === user && isActive(identities.get(user)?.devices.get(id))
      );
    },
    wasAlwaysIn: (resident) => {
      const user = userOf(resident);
      return isIn(resident) && user !== undefined && !changes.touched.has(user);
    },
    isRotationOwed: rotationOwed(state, identities, 0).length > 0,
  };
};

/** Removed means removed: with all the keys they ever had they cannot open what is written now. */
export const checkRemoved = ({ books, fault }: World, belonging: Belonging): void => {
  const { state, identities, isIn, isReader } = belonging;
  const { epoch } = currentEpoch(state);
  for (const resident of books.residents) {
    const user = books.people[resident.owner]?.state.user;
    const identity = user === undefined ? undefined : identities.get(user);
    if (user === undefined || identity === undefined) continue;
    const userKeys = openUserKeys(identity, resident.keys).keys;
    const reader = isPhone(resident)
      ? ({ kind: "viewer", user, device: resident.keys } as const)
      : ({ kind: "member", user, userKeys } as const);
    const canRead = openVaultKeys(state, reader).keys.has(epoch);
    if (canRead !== (isIn(resident) || isReader(resident)))
      fault(`${resident.machine} ${canRead ? "can" : "cannot"} read what is written now`);
  }
};
