/** Who may open a vault, as its newest log says. The stores answer the same by query. */
import { DeviceScope } from "@duro/crypto/types";
import type { VaultState } from "@duro/crypto/verify";
import type { Asker } from "../ports/accountStore.ts";
import type { VaultAccess } from "../ports/logStore.ts";

/** A viewer device opens what it was granted; any other what its user is a member of. */
export const mayOpen = (state: VaultState, { user, device, scope }: Asker): boolean =>
  scope === DeviceScope.Viewer ? state.viewers.get(device)?.user === user : state.members.has(user);

export const accessOf = (state: VaultState): VaultAccess => ({
  members: [...state.members].map(([user, { role }]) => ({ user, role })),
  viewers: [...state.viewers.values()].map(({ user, device }) => ({ user, device })),
});
