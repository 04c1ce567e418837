/** Blobs in maps, for tests and the simulation. */
import { bytesToHex, err, ok } from "@duro/crypto/types";
import type { BlobId, VaultId } from "@duro/protocol";
import type {
  BlobName,
  BlobStore,
  DropProof,
  NewBlob,
  PayerUsage,
  Removed,
  StoredBlob,
  StoredBlobToken,
} from "../ports/blobStore.ts";
import type { MemoryRelayData } from "./memoryRelayData.ts";

interface MemoryBlob {
  readonly announced: NewBlob;
  readonly chunks: Map<number, Uint8Array>;
  activeAtMs: number;
  dropped: { readonly atMs: number; readonly proof: DropProof } | undefined;
}

const chunkHashByteLength = 32;

/** One object is one relay's: nodes share it, as they share a database. */
export const createMemoryBlobStore = (
  data: Pick<MemoryRelayData, "accounts" | "vaults">,
): BlobStore => {
  const blobs = new Map<`${VaultId}/${BlobId}`, MemoryBlob>();
  const tokens = new Map<string, StoredBlobToken>();

  /** Blobs of a vault that was removed went with it. */
  const find = ({ vault, blob }: BlobName): MemoryBlob | undefined =>
    data.vaults.has(vault) ? blobs.get(`${vault}/${blob}`) : undefined;

  const addUsed = (vault: VaultId, byteLength: number): void => {
    const had = data.vaults.get(vault);
    if (had !== undefined)
      data.vaults.set(vault, { ...had, usedByteLength: had.usedByteLength + byteLength });
  };

  const usageFor = (vault: VaultId): PayerUsage | undefined => {
    const payer = data.vaults.get(vault)?.payer;
    const account = payer === undefined ? undefined : data.accounts.get(payer);
    if (account === undefined) return undefined;
    const usedByteLength = [...data.vaults.values()]
      .filter((paid) => paid.payer === payer)
      .reduce((sum, paid) => sum + paid.usedByteLength, 0);
    return { usedByteLength, quotaByteLength: account.quotaByteLength };
  };

  const remove = (isDue: (blob: MemoryBlob) => boolean, chunkCountMax: number): Removed => {
    const removed = { blobCount: 0, chunkCount: 0, byteLength: 0 };
    for (const [key, blob] of blobs) {
      if (!isDue(blob)) continue;
      const budget = chunkCountMax - removed.blobCount - removed.chunkCount;
      if (budget <= 0) return { ...removed, isMore: true };
      for (const index of [...blob.chunks.keys()].slice(0, budget)) {
        blob.chunks.delete(index);
        removed.chunkCount += 1;
      }
      if (blob.chunks.size > 0) return { ...removed, isMore: true };
      blobs.delete(key);
      addUsed(blob.announced.vault, -blob.announced.byteLength);
      removed.blobCount += 1;
      removed.byteLength += blob.announced.byteLength;
    }
    return { ...removed, isMore: false };
  };

  return {
    announce: async (blob, hasRoom) => {
      const known = find(blob);
      if (known !== undefined) {
        known.activeAtMs = Math.max(known.activeAtMs, blob.nowMs);
        known.dropped = undefined;
        return ok(storedBlob(known));
      }
      const usage = usageFor(blob.vault);
      if (usage === undefined) return err({ type: "VaultUnknown" });
      if (!hasRoom(usage)) return err({ type: "NoRoom", usage });
      const fresh = {
        announced: { ...blob, chunkHashes: blob.chunkHashes.slice() },
        chunks: new Map(),
        activeAtMs: blob.nowMs,
        dropped: undefined,
      };
      blobs.set(`${blob.vault}/${blob.blob}`, fresh);
      addUsed(blob.vault, blob.byteLength);
      return ok(storedBlob(fresh));
    },

    blob: async (name) => {
      const found = find(name);
      return found && storedBlob(found);
    },

    missing: async (name) => {
      const found = find(name);
      if (found === undefined) return [];
      return Array.from({ length: found.announced.header.chunkCount }, (_, index) => index).filter(
        (index) => !found.chunks.has(index),
      );
    },

    place: async (name, index) => {
      const found = find(name);
      if (found === undefined) return undefined;
      const { header, chunkHashes } = found.announced;
      const at = index * chunkHashByteLength;
      return {
        header,
        isDropped: found.dropped !== undefined,
        hash:
          index < header.chunkCount ? chunkHashes.slice(at, at + chunkHashByteLength) : undefined,
        isStored: found.chunks.has(index),
      };
    },

    putChunk: async (name, { index, bytes }, nowMs) => {
      const found = find(name);
      const isWanted =
        found !== undefined &&
        found.dropped === undefined &&
        index < found.announced.header.chunkCount;
      if (!isWanted) return err({ type: "BlobUnknown" });
      if (found.chunks.has(index)) return ok(undefined);
      found.chunks.set(index, new Uint8Array(bytes));
      found.activeAtMs = Math.max(found.activeAtMs, nowMs);
      return ok(undefined);
    },

    readChunk: async (name, index, section) =>
      find(name)?.chunks.get(index)?.slice(section?.start, section?.end),

    drop: async (name, proof, nowMs) => {
      const found = find(name);
      if (found === undefined) return false;
      found.dropped ??= { atMs: nowMs, proof };
      return true;
    },

    removeDropped: async (beforeMs, chunkCountMax) =>
      remove(({ dropped }) => dropped !== undefined && dropped.atMs < beforeMs, chunkCountMax),

    removeUnfinished: async (beforeMs, chunkCountMax) =>
      remove(
        (blob) => missingCount(blob) > 0 && !blob.dropped && blob.activeAtMs < beforeMs,
        chunkCountMax,
      ),

    createToken: async ({ hash, ...token }) => {
      tokens.set(bytesToHex(hash), token);
    },

    token: async (hash, nowMs) => {
      const token = tokens.get(bytesToHex(hash));
      return token !== undefined && token.expiresAtMs > nowMs ? token : undefined;
    },
  };
};

const missingCount = ({ announced, chunks }: MemoryBlob): number =>
  announced.header.chunkCount - chunks.size;

const storedBlob = (blob: MemoryBlob): StoredBlob => ({
  vault: blob.announced.vault,
  blob: blob.announced.blob,
  header: blob.announced.header,
  uploader: blob.announced.uploader,
  missingCount: missingCount(blob),
  isDropped: blob.dropped !== undefined,
});
