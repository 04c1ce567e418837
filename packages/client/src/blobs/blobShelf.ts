/**
 * Where sealed chunks lie while their blob is on its way, so that what broke off goes on where it stopped:
 * in memory for as long as one attempt lasts, or in the local store for longer than this process.
 */
import { type BlobHeader, concatBytes, ok, type Result } from "@duro/crypto/types";
import { vaultIds } from "@duro/protocol";
import type { CommitError, KeyRange, LocalStore } from "../ports/localStore.ts";

export interface BlobShelf {
  put(header: BlobHeader, index: number, sealed: Uint8Array): Promise<Result<void, CommitError>>;
  get(header: BlobHeader, index: number): Promise<Uint8Array | undefined>;
  /** All chunks of it. */
  drop(header: BlobHeader): Promise<Result<void, CommitError>>;
}

const table = "blobs";

export const createStoreShelf = (store: Pick<LocalStore, "get" | "commit">): BlobShelf => ({
  put: (header, index, sealed) =>
    store.commit([{ kind: "put", table, key: chunkKey(header, index), value: sealed }]),
  get: (header, index) => store.get(table, chunkKey(header, index)),
  drop: (header) => store.commit([{ kind: "deleteRange", table, ...chunksOf(header) }]),
});

export const createMemoryShelf = (): BlobShelf => {
  const chunks = new Map<string, Uint8Array>();
  const nameOf = (header: BlobHeader, index: number) => chunkKey(header, index).join();
  return {
    put: async (header, index, sealed) => {
      chunks.set(nameOf(header, index), sealed);
      return ok(undefined);
    },
    get: async (header, index) => chunks.get(nameOf(header, index)),
    drop: async (header) => {
      for (let index = 0; index < header.chunkCount; index++) chunks.delete(nameOf(header, index));
      return ok(undefined);
    },
  };
};

/** By the salt, which no two blobs share and which is there before the blob's id. */
const chunkKey = ({ vault, salt }: BlobHeader, index: number): Uint8Array => {
  const place = new Uint8Array(4);
  new DataView(place.buffer).setUint32(0, index);
  return concatBytes(vaultIds.toBytes(vault), salt, place);
};

/** There are far fewer chunks than the last index there could be. */
const chunksOf = (header: BlobHeader): KeyRange => ({
  from: chunkKey(header, 0),
  end: chunkKey(header, 0xffff_ffff),
});
