import { blobStoreContract } from "./blobStore.contract.ts";
import { openMemoryBlobStores } from "./memoryBlobStores.ts";

blobStoreContract("memory", openMemoryBlobStores);
