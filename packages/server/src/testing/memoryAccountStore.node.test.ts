import { accountStoreContract } from "./accountStore.contract.ts";
import { openMemoryStores } from "./memoryStores.ts";

accountStoreContract("memory", openMemoryStores);
