import { Dexie } from "dexie";
import { IDBKeyRange, indexedDB } from "fake-indexeddb";
import { localStoreContract } from "../testing/localStore.contract.ts";
import { openDexieLocalStore } from "./dexieLocalStore.ts";

Object.assign(Dexie.dependencies, { indexedDB, IDBKeyRange });

localStoreContract("Dexie on IndexedDB in memory", async () => {
  const name = crypto.randomUUID();
  return {
    open: async () => {
      const store = await openDexieLocalStore(name);
      if (!store.ok) throw new Error(store.error.type);
      return store.value;
    },
    remove: () => Dexie.delete(name),
  };
});
