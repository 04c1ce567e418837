/** Whether this vault was closed in order the last time, where its store may forget. */
import type { VaultId } from "@duro/protocol";
import type { LocalStore } from "../ports/localStore.ts";
import { factKey } from "../store/keys.ts";

const inUseKey = (vault: VaultId): Uint8Array => factKey("inUse", vault);

/** From now on it is in use. What is refused here is refused at the first edit, too. */
export const beginUse = async (
  store: LocalStore,
  vault: VaultId,
): Promise<{ readonly wasClean: boolean }> => {
  if (store.mayForget !== true) return { wasClean: true };
  const wasClean = (await store.get("facts", inUseKey(vault))) === undefined;
  if (wasClean)
    await store.commit([
      { kind: "put", table: "facts", key: inUseKey(vault), value: new Uint8Array() },
    ]);
  return { wasClean };
};

export const endUse = async (store: LocalStore, vault: VaultId): Promise<void> => {
  if (store.mayForget === true)
    await store.commit([{ kind: "delete", table: "facts", key: inUseKey(vault) }]);
};
