/** Logs, accounts and blobs of one relay in memory. */
import type { BlobStores } from "./blobStore.contract.ts";
import { createMemoryAccountStore } from "./memoryAccountStore.ts";
import { createMemoryBlobStore } from "./memoryBlobStore.ts";
import { createMemoryLogStore } from "./memoryLogStore.ts";
import { createMemoryRelayData } from "./memoryRelayData.ts";

export const openMemoryBlobStores = async (): Promise<BlobStores> => {
  const data = createMemoryRelayData();
  return {
    logStore: createMemoryLogStore(data),
    accountStore: createMemoryAccountStore(data),
    blobStore: createMemoryBlobStore(data),
    close: async () => {},
  };
};
