/**
 * What never changes about a vault while it is tidied: how its chains stand under one head of its log,
 * what its checkpoints say, and which envelope is stored at a place. Each of it is read once, however
 * many transactions the tidying takes.
 */
import {
  chainStanding,
  type IdentityState,
  type Standing,
  type VaultState,
} from "@duro/crypto/verify";
import type { ChainId, EnvelopeId, UserId, VaultId } from "@duro/protocol";
import type { StoredChain } from "../ports/chainStore.ts";
import type { KnownLogs } from "../relay/knownLogs.ts";
import type { ReadCheckpoint } from "./readCheckpoints.ts";

export interface VaultGround {
  readonly state: VaultState;
  standingOf(chain: StoredChain): Standing;
  readonly readById: Map<EnvelopeId, ReadCheckpoint>;
  /** By chain and seq. */
  readonly idsByPlace: Map<`${ChainId}/${number}`, EnvelopeId>;
}

/** Undefined: there is no such vault. */
export const readVaultGround = async (
  logs: KnownLogs,
  vault: VaultId,
  atLeastIndex: number,
): Promise<VaultGround | undefined> => {
  const state = await logs.vault(vault, atLeastIndex);
  if (state === undefined) return undefined;
  const identities = new Map<UserId, IdentityState>();
  for (const pin of state.pins.values()) {
    const states = await logs.identity(pin.user, pin.index);
    const pinned = states?.[pin.index];
    if (pinned?.head.id === pin.head) identities.set(pin.user, pinned);
  }
  const standings = new Map<ChainId, Standing>();
  return {
    state,
    standingOf: (stored) => {
      const known = standings.get(stored.chain);
      if (known !== undefined) return known;
      const opening = { ...stored, logHead: stored.openedUnder };
      const standing = chainStanding(state, identities.get(stored.user), opening);
      standings.set(stored.chain, standing);
      return standing;
    },
    readById: new Map(),
    idsByPlace: new Map(),
  };
};
