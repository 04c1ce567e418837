/** Logs and accounts of one relay in memory. */
import { createMemoryAccountStore } from "./memoryAccountStore.ts";
import { createMemoryLogStore } from "./memoryLogStore.ts";
import { createMemoryRelayData } from "./memoryRelayData.ts";
import type { Stores } from "./storeSamples.ts";

export const openMemoryStores = async (): Promise<Stores> => {
  const data = createMemoryRelayData();
  return {
    logStore: createMemoryLogStore(data),
    accountStore: createMemoryAccountStore(data),
    close: async () => {},
  };
};
