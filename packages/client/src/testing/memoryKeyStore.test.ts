import { keyStoreContract } from "./keyStore.contract.ts";
import { createMemoryKeyStore } from "./memoryKeyStore.ts";

keyStoreContract("memoryKeyStore", async () => {
  const store = createMemoryKeyStore();
  return { open: () => store, remove: async () => {} };
});
