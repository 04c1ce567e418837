import { expect, test } from "vitest";
import { localStoreContract } from "./localStore.contract.ts";
import { createMemoryDisk, openMemoryLocalStore } from "./memoryLocalStore.ts";

localStoreContract("memory", async () => {
  const disk = createMemoryDisk();
  return { open: async () => openMemoryLocalStore(disk), remove: async () => {} };
});

test("a commit that the disk refuses changes nothing", async () => {
  const full = { type: "StoreFull" } as const;
  const disk = createMemoryDisk();
  const store = openMemoryLocalStore(disk, {
    refuse: ({ length }) => (length > 1 ? full : undefined),
  });
  const one = {
    kind: "put",
    table: "facts",
    key: Uint8Array.of(1),
    value: Uint8Array.of(1),
  } as const;
  expect(await store.commit([one, one])).toEqual({ ok: false, error: full });
  expect(await store.get("facts", one.key)).toBeUndefined();
});
