/**
 * Blobs: announced, filled chunk by chunk, dropped, and gone when their days in the trash are over.
 *
 * A blob's bytes count for its vault from the announcement on, all at once: quota is reserved there, so
 * an upload that was let in can be finished. They are given back when the blob is removed.
 *
 * A dropped blob is gone for whoever asks, from that moment. Its bytes stay in the trash: whoever
 * announces the same blob again within that time takes the drop back, and uploads nothing again.
 *
 * Whether chunks are those that were announced is for the caller to check, before they come here.
 */
import type { BlobHeader, Result, Signature } from "@duro/crypto/types";
import type { BlobId, DeviceId, VaultId } from "@duro/protocol";

export interface BlobName {
  readonly vault: VaultId;
  readonly blob: BlobId;
}

export interface NewBlob extends BlobName {
  readonly header: BlobHeader;
  /** 32 bytes each, one behind the other. */
  readonly chunkHashes: Uint8Array;
  /** Of all chunks together, as they will be stored. */
  readonly byteLength: number;
  readonly uploader: DeviceId;
  readonly nowMs: number;
}

export interface StoredBlob extends BlobName {
  readonly header: BlobHeader;
  /** Who announced it first. */
  readonly uploader: DeviceId;
  /** 0: it is whole. */
  readonly missingCount: number;
  readonly isDropped: boolean;
}

/** Where a chunk belongs, and whether it is there. */
interface ChunkPlace {
  readonly header: BlobHeader;
  readonly isDropped: boolean;
  /** As announced; undefined where the blob has no such index. */
  readonly hash: Uint8Array | undefined;
  readonly isStored: boolean;
}

/** Of the one who pays for a vault. */
export interface PayerUsage {
  /** Of all their vaults. */
  readonly usedByteLength: number;
  /** Undefined: the relay's default holds. */
  readonly quotaByteLength: number | undefined;
}

export type NotAnnounced =
  { readonly type: "VaultUnknown" } | { readonly type: "NoRoom"; readonly usage: PayerUsage };

/** There is no such blob, it has no such chunk, or it was dropped. */
interface BlobUnknown {
  readonly type: "BlobUnknown";
}

/** From `start` up to the byte before `end`. */
interface Section {
  readonly start: number;
  readonly end: number;
}

/** Kept beside what was dropped, so that the relay can show whose wish it was. */
export interface DropProof {
  readonly device: DeviceId;
  /** As signed. */
  readonly saidAtMs: number;
  readonly signature: Signature;
}

export interface Removed {
  readonly blobCount: number;
  readonly chunkCount: number;
  /** Given back. */
  readonly byteLength: number;
  /** It stopped because of the limit. */
  readonly isMore: boolean;
}

export interface StoredBlobToken {
  readonly vault: VaultId;
  /** Undefined: any blob of the vault. */
  readonly blob: BlobId | undefined;
  readonly isWrite: boolean;
  readonly device: DeviceId;
  readonly expiresAtMs: number;
}

interface NewBlobToken extends StoredBlobToken {
  readonly hash: Uint8Array;
}

/** Adapters: postgresBlobStore, memoryBlobStore. */
export interface BlobStore {
  /**
   * The same blob again answers with what is there, and takes a drop back. `hasRoom` is asked for a new
   * one only, under a lock on its payer, so that two announcements cannot use the same room.
   */
  announce(
    blob: NewBlob,
    hasRoom: (usage: PayerUsage) => boolean,
  ): Promise<Result<StoredBlob, NotAnnounced>>;
  blob(name: BlobName): Promise<StoredBlob | undefined>;
  /** Indexes of chunks that are not there, rising; none of a blob that is not there. */
  missing(name: BlobName): Promise<readonly number[]>;
  place(name: BlobName, index: number): Promise<ChunkPlace | undefined>;
  /** Durable when it resolves. A chunk that is there already stays as it is. */
  putChunk(
    name: BlobName,
    chunk: { readonly index: number; readonly bytes: Uint8Array },
    nowMs: number,
  ): Promise<Result<void, BlobUnknown>>;
  /** Reads no more than the section. Undefined: the chunk is not there. Drops are not looked at. */
  readChunk(name: BlobName, index: number, section?: Section): Promise<Uint8Array | undefined>;
  /** False: there is no such blob. A second drop changes nothing. */
  drop(name: BlobName, proof: DropProof, nowMs: number): Promise<boolean>;
  /** Those dropped before then, a bounded number of chunks at once. */
  removeDropped(beforeMs: number, chunkCountMax: number): Promise<Removed>;
  /** Those with chunks missing that nobody announced or sent a chunk of since. */
  removeUnfinished(beforeMs: number, chunkCountMax: number): Promise<Removed>;
  createToken(token: NewBlobToken): Promise<void>;
  /** Undefined: unknown, or over. */
  token(hash: Uint8Array, nowMs: number): Promise<StoredBlobToken | undefined>;
}
