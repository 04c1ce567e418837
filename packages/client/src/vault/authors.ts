/** Who wrote what in a document: clientIDs follow from chain and document, so no document says it itself. */
import { clientIdOf } from "@duro/crypto";
import { type ChainId, type DocId, docIds } from "@duro/protocol";
import type { Author } from "../engine/vaults.ts";
import { lastBeaconMs } from "./beaconTimes.ts";
import type { VaultMemory } from "./vaultMemory.ts";

interface Known {
  /** How many chains there were then, and which was ours. */
  readonly chainCount: number;
  readonly own: ChainId;
  readonly chainsByClient: ReadonlyMap<number, ChainId>;
}

export const createAuthors = (
  memory: Pick<VaultMemory, "chains" | "own" | "beaconTimes">,
): ((doc: DocId, clientId: number) => Author | undefined) => {
  const knownByDoc = new Map<DocId, Known>();

  const chainsOf = (doc: DocId): Known["chainsByClient"] => {
    const { chains, own } = memory;
    const known = knownByDoc.get(doc);
    if (known?.chainCount === chains.size && known.own === own.chain) return known.chainsByClient;
    const bytes = docIds.toBytes(doc);
    // Before its first envelope is sealed our own chain has no row.
    const all = new Set([...chains.keys(), own.chain]);
    const chainsByClient = new Map([...all].map((chain) => [clientIdOf(chain, bytes), chain]));
    knownByDoc.set(doc, { chainCount: chains.size, own: own.chain, chainsByClient });
    return chainsByClient;
  };

  return (doc, clientId) => {
    const chain = chainsOf(doc).get(clientId);
    if (chain === undefined) return undefined;
    const { chains, own } = memory;
    const row = chains.get(chain);
    const { user, device } = row ?? { user: own.user, device: own.device.id };
    return { user, device, chain, lastBeaconMs: lastBeaconMs(memory, row) };
  };
};
