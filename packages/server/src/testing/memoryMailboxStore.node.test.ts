import { mailboxStoreContract } from "./mailboxStore.contract.ts";
import { createMemoryMailboxStore } from "./memoryMailboxStore.ts";

mailboxStoreContract("memory", async () => ({
  store: createMemoryMailboxStore(),
  close: async () => {},
}));
