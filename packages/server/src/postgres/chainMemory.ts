/**
 * What the last append of this node left in a vault. Mostly nobody else wrote there since, and the next
 * append may be decided without a look. It is never believed: the statement that writes compares it.
 */
import type { VaultId } from "@duro/protocol";
import type { AppendAsk, ChainWrites, Held, HeldVault, StoredChain } from "../ports/chainStore.ts";
import { createRecent } from "../relay/recent.ts";
import { chainKey } from "./chainLook.ts";

/** Some hundred bytes each. */
const vaultCountMax = 4_096;
const chainCountMax = 8_192;

interface LeftVault {
  readonly vault: HeldVault;
  /** Another node writes there too: a try would mostly be in vain, and cost a trip more than a look. */
  readonly isShared: boolean;
}

/** Of each vault that is asked for and remembered. */
type LeftVaults = ReadonlyMap<VaultId, LeftVault>;

export interface ChainMemory {
  /** It is gone from here until it is kept again, so that nothing stays of an append that fails. */
  take(ask: AppendAsk): LeftVaults;
  /** As a look would have it, if all of it is remembered and nobody else is expected. */
  heldFrom(left: LeftVaults, ask: AppendAsk): Held | undefined;
  /** After the commit. */
  keep(left: LeftVaults, held: Held, ask: AppendAsk, writes: ChainWrites): void;
}

export const createChainMemory = (): ChainMemory => {
  const vaults = createRecent<VaultId, LeftVault>(vaultCountMax);
  const chains = createRecent<string, StoredChain>(chainCountMax);

  return {
    take: ({ vaults: asked }) => {
      const taken = new Map<VaultId, LeftVault>();
      for (const vault of asked) {
        const left = vaults.get(vault);
        if (left !== undefined) taken.set(vault, left);
        vaults.delete(vault);
      }
      return taken;
    },

    heldFrom: (left, ask) => {
      const found = new Map<string, StoredChain>();
      for (const name of ask.chains) {
        const chain = chains.get(chainKey(name));
        if (chain === undefined) return undefined;
        found.set(chainKey(name), chain);
      }
      const held = new Map<VaultId, HeldVault>();
      for (const vault of ask.vaults) {
        const known = left.get(vault);
        if (known === undefined || known.isShared) return undefined;
        held.set(vault, known.vault);
      }
      return { vaults: held, chain: (name) => found.get(chainKey(name)), revoked: new Set() };
    },

    keep: (left, held, ask, writes) => {
      const positions = new Map(writes.vaults.map(({ vault, position }) => [vault, position]));
      for (const vault of held.vaults.values()) {
        const before = left.get(vault.vault)?.vault.position ?? vault.position;
        const position = positions.get(vault.vault) ?? vault.position;
        vaults.set(vault.vault, {
          vault: { ...vault, position },
          isShared: before !== vault.position,
        });
      }
      for (const name of ask.chains) {
        const chain = held.chain(name);
        if (chain !== undefined) chains.set(chainKey(name), chain);
      }
      for (const chain of writes.chains) chains.set(chainKey(chain), chain);
    },
  };
};
