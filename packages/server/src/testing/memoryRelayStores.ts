/** All stores of one relay in memory: for tests and the simulation, never for a program. */
import { createMemoryAccountStore } from "./memoryAccountStore.ts";
import { createMemoryBlobStore } from "./memoryBlobStore.ts";
import { createMemoryChainStore } from "./memoryChainStore.ts";
import { createMemoryLogStore } from "./memoryLogStore.ts";
import { createMemoryMailboxStore } from "./memoryMailboxStore.ts";
import { createMemoryRelayData, type MemoryRelayData } from "./memoryRelayData.ts";
import type { RelayStores } from "../relay/context.ts";

export interface MemoryRelayStores extends RelayStores {
  readonly data: MemoryRelayData;
}

/** Several nodes share one, as they share a database. */
export const openMemoryRelayStores = (data = createMemoryRelayData()): MemoryRelayStores => ({
  data,
  logStore: createMemoryLogStore(data),
  accountStore: createMemoryAccountStore(data),
  chainStore: createMemoryChainStore(data),
  blobStore: createMemoryBlobStore(data),
  mailboxStore: createMemoryMailboxStore(),
});
