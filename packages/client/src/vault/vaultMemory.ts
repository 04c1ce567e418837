/** What a vault knows without asking its store: rows, what waits, and for what. */
import type { DeviceKeys, RandomBytes } from "@duro/crypto";
import { type ChainId, OpenReason, type UserId, type VaultId } from "@duro/protocol";
import type { LocalStore, Write } from "../ports/localStore.ts";
import { chainOfKey, chainsOf, formersOf } from "../store/keys.ts";
import { readRange } from "../store/readRange.ts";
import { type ChainRow, decodeChainRow } from "../store/rows.ts";
import type { Hold } from "./advance.ts";
import { type BeaconTimes, readBeaconTimes } from "./beaconTimes.ts";
import type { VaultRows } from "./draft.ts";
import { type PendingEdit, readOutbox, type Waiting } from "./outbox.ts";
import { newOwnChain, ownChainWrite, readOwnChain } from "./ownChain.ts";
import type { OwnChain } from "./seal.ts";
import type { VaultView } from "./view.ts";

export interface VaultMemory extends VaultRows {
  view: VaultView;
  own: OwnChain;
  holds: ReadonlyMap<ChainId, Hold>;
  /** Edits that are durable and not sealed, oldest first. */
  waiting: Waiting[];
  nextNumber: number;
  /** Edits that are made and not durable. */
  pending: PendingEdit[];
  /** Goes with the next edits, in one commit. */
  beside: readonly Write[];
  /** What counts is being counted anew: our edits are in no document until that is done. */
  isApart: boolean;
  /** Chains wait for bodies that were asked for again and again: nobody who is there has them. */
  areBodiesGone: boolean;
  beaconTimes: BeaconTimes;
  /** The relay has more of our own chain than we made: nothing is sealed until that is cleared up. */
  isDoubtful: boolean;
  /** An alarm stands that says so. */
  isSealingStopped: boolean;
  /** How far our newest envelope says that we had seen the others. */
  readonly told: Map<ChainId, number>;
}

export interface VaultOwner {
  readonly user: UserId;
  readonly device: DeviceKeys;
  readonly randomBytes: RandomBytes;
}

export const openVaultMemory = async (
  store: LocalStore,
  vault: VaultId,
  view: VaultView,
  owner: VaultOwner,
): Promise<VaultMemory> => {
  const chains = await readChains(store, vault);
  const known = await readOwnChain(store, vault, owner);
  const own = known ?? newOwnChain(owner, owner.randomBytes, OpenReason.First, undefined);
  const waiting = await readOutbox({ store, vault });
  return {
    vault,
    store,
    chains,
    documents: new Map(),
    view,
    own,
    holds: new Map(),
    waiting: [...waiting],
    nextNumber: (waiting.at(-1)?.number ?? 0) + 1,
    pending: [],
    // Under which chain we write is kept before anything is sealed under it.
    beside: known === undefined ? [ownChainWrite(vault, own)] : [],
    isApart: (await store.range("facts", formersOf(vault), 1)).length > 0,
    areBodiesGone: false,
    beaconTimes: await readBeaconTimes(store, vault),
    isDoubtful: false,
    isSealingStopped: false,
    told: new Map(),
  };
};

const readChains = async (store: LocalStore, vault: VaultId): Promise<Map<ChainId, ChainRow>> => {
  const chains = new Map<ChainId, ChainRow>();
  for (const { key, value } of await readRange(store, "chains", chainsOf(vault))) {
    const chain = chainOfKey(key);
    chains.set(chain, decodeChainRow(chain, value));
  }
  return chains;
};
