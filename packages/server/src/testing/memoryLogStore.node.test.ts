import { logStoreContract } from "./logStore.contract.ts";
import { openMemoryStores } from "./memoryStores.ts";

logStoreContract("memory", openMemoryStores);
