/**
 * Removes blobs that are due, a few chunks in each transaction. Between any two of them the blob is in
 * order: what was taken away counts as missing, so it can still be announced again and filled up. The
 * row goes last, and the vault gets its bytes back with it.
 */
import type { Removed } from "../ports/blobStore.ts";
import type { Sql } from "./sql.ts";
import { type Transaction, transact } from "./transact.ts";

export interface Due {
  readonly why: "dropped" | "unfinished";
  readonly beforeMs: number;
}

/** 32 MiB: a transaction stays well below a second, and whoever wants the blob waits no longer. */
const chunksPerTransactionMax = 64;

/** A blob counts as a chunk here, so that many without any are bounded too. */
export const removeBlobs = async (sql: Sql, due: Due, chunkCountMax: number): Promise<Removed> => {
  let blobCount = 0;
  let chunkCount = 0;
  let byteLength = 0;
  for (;;) {
    const budget = chunkCountMax - blobCount - chunkCount;
    if (budget <= 0) return { blobCount, chunkCount, byteLength, isMore: true };
    const emptied = await transact(sql, (tx) =>
      removeChunks(tx, due, Math.min(budget, chunksPerTransactionMax)),
    );
    if (emptied === undefined) return { blobCount, chunkCount, byteLength, isMore: false };
    chunkCount += emptied.chunkCount;
    if (!emptied.isEmpty) continue;
    const givenBack = await transact(sql, (tx) => removeRow(tx, due, emptied));
    if (givenBack === undefined) continue;
    byteLength += givenBack;
    blobCount += 1;
  }
};

interface BlobKey {
  readonly vault_id: string;
  readonly blob_id: Uint8Array;
}

const isNamed = (tx: Transaction, { vault_id: vault, blob_id: blob }: BlobKey) =>
  tx`vault_id = ${vault} and blob_id = ${blob}`;

const isDue = (tx: Transaction, { why, beforeMs }: Due) =>
  why === "dropped"
    ? tx`dropped_at_ms < ${beforeMs}`
    : tx`missing_count > 0 and dropped_at_ms is null and active_at_ms < ${beforeMs}`;

/** Of the first that is due and that nobody holds. Undefined: there is none. */
const removeChunks = async (
  tx: Transaction,
  due: Due,
  chunkCountMax: number,
): Promise<(BlobKey & { chunkCount: number; isEmpty: boolean }) | undefined> => {
  const [blob] = await tx<(BlobKey & { stored_count: number })[]>`
    select vault_id, blob_id, chunk_count - missing_count as stored_count from blobs
    where ${isDue(tx, due)}
    order by ${due.why === "dropped" ? tx`dropped_at_ms` : tx`active_at_ms`}
    limit 1
    for update skip locked`;
  if (blob === undefined) return undefined;
  const { count } = await tx`
    delete from blob_chunks
    where ${isNamed(tx, blob)} and chunk_index in (
      select chunk_index from blob_chunks where ${isNamed(tx, blob)}
      order by chunk_index limit ${chunkCountMax}
    )`;
  await tx`
    update blobs set missing_count = missing_count + ${count} where ${isNamed(tx, blob)}`;
  return { ...blob, chunkCount: count, isEmpty: count === blob.stored_count };
};

/** The vault first, as everybody does. Undefined: the blob was announced again just now. */
const removeRow = async (tx: Transaction, due: Due, blob: BlobKey): Promise<number | undefined> => {
  await tx`select from vaults where vault_id = ${blob.vault_id} for no key update`;
  const [removed] = await tx<{ byte_length: number }[]>`
    delete from blobs
    where ${isNamed(tx, blob)} and ${isDue(tx, due)} and missing_count = chunk_count
    returning byte_length`;
  if (removed === undefined) return undefined;
  await tx`
    update vaults set used_byte_length = used_byte_length - ${removed.byte_length}
    where vault_id = ${blob.vault_id}`;
  return removed.byte_length;
};
