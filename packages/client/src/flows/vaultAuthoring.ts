/** What a record of a vault's log is made from: the logs as they stand, the newest key, who signs. */
import type { DeviceKeys, RandomBytes, VaultAuthor, VaultKey } from "@duro/crypto";
import { currentEpoch, type IdentityState, type VaultState } from "@duro/crypto/verify";
import { LogKind, ok, err, type Result } from "@duro/crypto/types";
import type { LogRecord } from "@duro/crypto/verify";
import type { VaultId } from "@duro/protocol";
import type { PostError } from "../duties/posts.ts";
import type { Engine } from "../engine/engine.ts";
import { createKeyRing } from "../logs/keyRing.ts";

export interface AuthoringDeps {
  readonly engine: Engine;
  readonly device: DeviceKeys;
  readonly randomBytes: RandomBytes;
}

export interface Authoring {
  readonly state: VaultState;
  readonly author: VaultAuthor;
  readonly identity: IdentityState;
  readonly key: VaultKey;
}

/** The vault is not here, or its newest key is out of this device's reach. */
export interface VaultOutOfReach {
  readonly type: "VaultOutOfReach";
}

const authoringIn = ({ engine, device }: AuthoringDeps, vault: VaultId): Authoring | undefined => {
  const state = engine.vaultLog(vault);
  const identity = engine.identity(engine.user);
  if (state === undefined || identity === undefined) return undefined;
  const { byEpoch } = createKeyRing(device).vaultKeys(identity, state);
  const key = byEpoch.get(currentEpoch(state).epoch);
  return key === undefined ? undefined : { state, identity, key, author: { device, identity } };
};

/**
 * Whatever the vault is owed comes first, since no record may pass over a device that is gone; what the
 * new record makes owed is done at once.
 */
export const postToVault = async (
  deps: AuthoringDeps,
  vault: VaultId,
  make: (authoring: Authoring) => LogRecord | undefined,
): Promise<Result<void, VaultOutOfReach | PostError>> => {
  const { engine } = deps;
  const before = await engine.doDuties(vault);
  if (!before.ok) return before;
  let isOutOfReach = false;
  const posted = await engine.post({ kind: LogKind.Vault, log: vault }, () => {
    const authoring = authoringIn(deps, vault);
    isOutOfReach = authoring === undefined;
    return authoring === undefined ? undefined : make(authoring);
  });
  if (!posted.ok) return posted;
  return isOutOfReach ? err({ type: "VaultOutOfReach" }) : ok(undefined);
};
