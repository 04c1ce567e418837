import { Dexie } from "dexie";
import { expect, test } from "vitest";
import { storeVersion } from "../ports/localStore.ts";
import { localStoreContract } from "../testing/localStore.contract.ts";
import { openDexieLocalStore } from "./dexieLocalStore.ts";

const opened = async (name: string) => {
  const store = await openDexieLocalStore(name);
  if (!store.ok) throw new Error(store.error.type);
  return store.value;
};

const removed = (name: string): Promise<void> =>
  new Promise((resolve) => {
    indexedDB.deleteDatabase(name).addEventListener("success", () => resolve());
  });

localStoreContract("Dexie in a browser", async () => {
  const name = crypto.randomUUID();
  return { open: () => opened(name), remove: () => removed(name) };
});

test("a store of a later version is left alone", async () => {
  const name = crypto.randomUUID();
  const later = new Dexie(name);
  later.version(storeVersion + 1).stores({ facts: "key" });
  await later.open();
  later.close();
  const error = { type: "StoreNewer", version: storeVersion + 1 };
  expect(await openDexieLocalStore(name)).toEqual({ ok: false, error });
  await later.open();
  expect(later.backendDB().objectStoreNames).toHaveLength(1);
  later.close();
  await removed(name);
});
