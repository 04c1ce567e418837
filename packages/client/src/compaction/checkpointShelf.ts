/** Sealed blobs of checkpoints, as they lie in the local store: on their way, or as the base that is kept. */
import { openBlob, type VaultKey } from "@duro/crypto";
import { type BlobRef, bytesToHex, err, ok, type Result } from "@duro/crypto/types";
import type { VaultId } from "@duro/protocol";
import type { BlobShelf } from "../blobs/blobShelf.ts";
import type { OpenBlob } from "../checkpoints/openCheckpoint.ts";
import type { CommitError, LocalStore, Write } from "../ports/localStore.ts";
import { checkpointChunkKey, checkpointChunksOf, saltOfChunkKey } from "../store/keys.ts";

const table = "blobs";

export const createCheckpointShelf = (
  store: Pick<LocalStore, "get" | "commit">,
  vault: VaultId,
): BlobShelf => ({
  put: ({ salt }, index, sealed) =>
    store.commit([
      { kind: "put", table, key: checkpointChunkKey(vault, salt, index), value: sealed },
    ]),
  get: ({ salt }, index) => store.get(table, checkpointChunkKey(vault, salt, index)),
  drop: ({ salt }) =>
    store.commit([{ kind: "deleteRange", table, ...checkpointChunksOf(vault, salt) }]),
});

/** A chunk or a key is not here, or the disk has spoilt it. */
export interface NotOnShelf {
  readonly type: "NotOnShelf";
}

const notOnShelf = err<NotOnShelf>({ type: "NotOnShelf" });

export const openFromShelf =
  (shelf: BlobShelf, keys: ReadonlyMap<number, VaultKey>): OpenBlob<NotOnShelf> =>
  async (ref: BlobRef): Promise<Result<Uint8Array, NotOnShelf>> => {
    const key = keys.get(ref.header.epoch);
    const chunks: Uint8Array[] = [];
    for (let index = 0; index < ref.header.chunkCount; index += 1) {
      const chunk = await shelf.get(ref.header, index);
      if (chunk === undefined) return notOnShelf;
      chunks.push(chunk);
    }
    const opened = key === undefined ? undefined : openBlob(key, ref, chunks);
    return opened?.ok === true ? ok(opened.value) : notOnShelf;
  };

const chunksAtOnceCount = 16;

/** Takes everything off the shelf but these. */
export const keepOnShelf = async (
  store: LocalStore,
  vault: VaultId,
  kept: readonly BlobRef[],
): Promise<Result<void, CommitError>> => {
  const salts = new Set(kept.map(({ header }) => bytesToHex(header.salt)));
  const range = checkpointChunksOf(vault);
  for (let { from } = range; ;) {
    const page = await store.range(table, { ...range, from }, chunksAtOnceCount);
    const last = page.at(-1);
    if (last === undefined) return ok(undefined);
    const writes = page
      .filter(({ key }) => !salts.has(bytesToHex(saltOfChunkKey(vault, key))))
      .map(({ key }): Write => ({ kind: "delete", table, key }));
    const committed = writes.length === 0 ? ok(undefined) : await store.commit(writes);
    if (!committed.ok) return committed;
    from = Uint8Array.of(...last.key, 0);
  }
};
