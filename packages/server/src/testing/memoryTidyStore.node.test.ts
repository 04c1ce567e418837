import { openMemoryTidyStores } from "./memoryTidyStores.ts";
import { tidyStoreContract } from "./tidyStore.contract.ts";
import { tidyingContract } from "./tidying.contract.ts";

const open = async () => openMemoryTidyStores();

tidyStoreContract("memory", open);
tidyingContract("memory", open);
