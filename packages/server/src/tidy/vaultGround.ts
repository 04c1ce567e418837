/**
 * What never changes about a vault while it is tidied: how its chains stand under one head of its log,
 * what its checkpoints say, and which envelope is stored at a place. Each of it is read once, however
 * many transactions the tidying takes.
 */
import { EnvelopeKind } from "@duro/crypto/types";
import {
  chainStanding,
  type IdentityState,
  readClear,
  type Standing,
  type VaultState,
} from "@duro/crypto/verify";
import {
  type ChainId,
  decodeBodyClear,
  type EnvelopeId,
  type UserId,
  type VaultId,
} from "@duro/protocol";
import type { StoredChain } from "../ports/chainStore.ts";
import type { KnownLogs } from "../relay/knownLogs.ts";
import type { CheckpointSays } from "./vaultFacts.ts";

export interface VaultGround {
  readonly state: VaultState;
  standingOf(chain: StoredChain): Standing;
  readonly saysById: Map<EnvelopeId, CheckpointSays>;
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
    saysById: new Map(),
    idsByPlace: new Map(),
  };
};

/** From the first bytes of a checkpoint's body, as far as its clear part goes. */
export const checkpointSays = (bodyStart: Uint8Array): CheckpointSays => {
  const clear = readClear(bodyStart);
  if (!clear.ok) return { kind: "unreadable" };
  const said = decodeBodyClear(EnvelopeKind.Checkpoint, clear.value);
  if (!said.ok)
    return { kind: said.error.type === "FormatUnsupported" ? "newer format" : "unreadable" };
  return said.value.type === "Checkpoint"
    ? { kind: "read", coverage: said.value.coverage, blobs: said.value.blobs }
    : { kind: "unreadable" };
};
