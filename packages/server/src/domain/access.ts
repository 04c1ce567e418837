/** Who may open a vault, as its newest log says. The stores answer the same by query. */
import { DeviceScope } from "@duro/crypto/types";
import type { VaultState } from "@duro/crypto/verify";
import type { LogHead } from "@duro/protocol";
import type { Asker } from "../ports/accountStore.ts";
import type { VaultAccess } from "../ports/logStore.ts";

/** A viewer device opens what it was granted; any other what its user is a member of. */
export const mayOpen = (state: VaultState, { user, device, scope }: Asker): boolean =>
  scope === DeviceScope.Viewer ? state.viewers.get(device)?.user === user : state.members.has(user);

/**
 * Who may read a log sees all of it; whoever was removed, the log as far as the record that removed them,
 * since no word of a relay's would prove that to them. Undefined: none of it.
 */
export const shownHead = (state: VaultState, asker: Asker): LogHead | undefined => {
  if (mayOpen(state, asker)) return state.head;
  if (asker.scope === DeviceScope.Viewer) return undefined;
  const removedAt = state.removedAt.get(asker.user);
  const removal = [...state.indexByRecord].find(([, index]) => index === removedAt);
  return removal && { index: removal[1], id: removal[0] };
};

export const accessOf = (state: VaultState): VaultAccess => ({
  members: [...state.members].map(([user, { role }]) => ({ user, role })),
  viewers: [...state.viewers.values()].map(({ user, device }) => ({ user, device })),
});
