/** A relay that goes two ways: from some moment on one machine is shown another relay than the others. */
import {
  type MemoryRelayStores,
  openMemoryRelayStores,
} from "../../packages/server/src/testing/memoryRelayStores.ts";
import { machineOf } from "./machineOf.ts";
import { copyOfRelayData } from "./relayData.ts";
import type { RelayNode } from "./relayHost.ts";

export interface Branches {
  /** From now on that machine is the only one at the second. */
  split(machine: string): void;
  /** Everybody is shown the first again. */
  showFirst(): void;
  nodesOf(machine: string): readonly RelayNode[];
  /** What lies behind that connection, from its first frame on. */
  storesBehind(connection: string): MemoryRelayStores;
}

export interface BranchesDeps {
  readonly stores: MemoryRelayStores;
  readonly nodes: readonly RelayNode[];
  /** One that answers with the same keys from other stores. */
  readonly startNode: (stores: MemoryRelayStores) => RelayNode;
}

export const createBranches = ({ stores, nodes, startNode }: BranchesDeps): Branches => {
  let second:
    | { readonly machine: string; readonly stores: MemoryRelayStores; readonly node: RelayNode }
    | undefined;
  const behind = new Map<string, MemoryRelayStores>();
  return {
    split: (machine) => {
      const other = openMemoryRelayStores(copyOfRelayData(stores.data));
      second = { machine, stores: other, node: startNode(other) };
    },
    showFirst: () => {
      second?.node.crash(false);
      second = undefined;
    },
    nodesOf: (machine) => (second?.machine === machine ? [second.node] : nodes),
    storesBehind: (connection) => {
      const known = behind.get(connection);
      if (known !== undefined) return known;
      const met = second?.machine === machineOf(connection) ? second.stores : stores;
      behind.set(connection, met);
      return met;
    },
  };
};
