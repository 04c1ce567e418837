/** All stores that tidying touches, in memory. */
import { createMemoryAccountStore } from "./memoryAccountStore.ts";
import { createMemoryBlobStore } from "./memoryBlobStore.ts";
import { createMemoryChainStore } from "./memoryChainStore.ts";
import { createMemoryLogStore } from "./memoryLogStore.ts";
import { createMemoryMailboxStore } from "./memoryMailboxStore.ts";
import { createMemoryRelayData } from "./memoryRelayData.ts";
import { createMemoryTidyStore } from "./memoryTidyStore.ts";
import type { TidyStores } from "./tidyWorld.ts";

export const openMemoryTidyStores = (): TidyStores => {
  const data = createMemoryRelayData();
  const blobStore = createMemoryBlobStore(data);
  return {
    logStore: createMemoryLogStore(data),
    accountStore: createMemoryAccountStore(data),
    chainStore: createMemoryChainStore(data),
    mailboxStore: createMemoryMailboxStore(),
    tidyStore: createMemoryTidyStore(data, blobStore),
    blobStore,
    close: async () => {},
  };
};
