/** The blobs of one vault: what they are named by, what is said to be missing, and every chunk. */
import {
  asSignature,
  asSignPublicKey,
  type BlobHeader,
  bytesAreEqual,
  decodeBlobHeader,
} from "@duro/crypto/types";
import { blobIdOf, chunkHashOf, isBlobDropBy } from "@duro/crypto/verify";
import { type BlobId, blobIds, type DeviceId, deviceIds, type VaultId } from "@duro/protocol";
import { blobByteLengthOf, chunkByteLengthOf } from "../../blobs/chunkLength.ts";
import { plainBytes } from "../../postgres/logRows.ts";
import { storedBytesId, storedId } from "../../postgres/sql.ts";
import type { CheckContext } from "./checkContext.ts";

interface BlobRow {
  readonly blob_id: Uint8Array;
  readonly header: Uint8Array;
  readonly chunk_count: number;
  readonly chunk_hashes: Uint8Array;
  readonly byte_length: number;
  readonly missing_count: number;
  readonly stored_count: number;
  /** Of those that the blob has no place for. */
  readonly extra_count: number;
  readonly dropped_at_ms: number | null;
  readonly dropped_by: string | null;
  readonly drop_said_at_ms: number | null;
  readonly drop_signature: Uint8Array | null;
  /** Of the device that dropped it; null where that is not known any more. */
  readonly dropper_key: Uint8Array | null;
}

/** A list of hashes is half a MiB at most. */
const pageBlobCount = 16;
/** Half a MiB each at most. */
const pageChunkCount = 16;
const hashByteLength = 32;

export const checkBlobs = async (context: CheckContext, vault: VaultId): Promise<void> => {
  let after: Uint8Array = new Uint8Array();
  for (;;) {
    const rows = await readBlobs(context, vault, after);
    for (const row of rows) await checkBlob(context, vault, row);
    const last = rows.at(-1);
    if (last === undefined || rows.length < pageBlobCount) break;
    after = last.blob_id;
  }
  if (context.depth === "full") await checkChunksAlone(context, vault);
};

const readBlobs = ({ tx }: CheckContext, vault: VaultId, after: Uint8Array) =>
  tx<BlobRow[]>`
    select b.blob_id, header, chunk_count, chunk_hashes, byte_length, missing_count,
      c.stored_count, c.extra_count, dropped_at_ms, dropped_by, drop_said_at_ms, drop_signature,
      d.sign_key as dropper_key
    from blobs b
    cross join lateral (
      select count(*) as stored_count,
        count(*) filter (where chunk_index not between 0 and b.chunk_count - 1) as extra_count
      from blob_chunks c where c.vault_id = b.vault_id and c.blob_id = b.blob_id
    ) c
    left join devices d on d.device_id = b.dropped_by
    where b.vault_id = ${vault} and b.blob_id > ${after}
    order by b.blob_id limit ${pageBlobCount}`;

const checkBlob = async (context: CheckContext, vault: VaultId, row: BlobRow): Promise<void> => {
  const { report, depth } = context;
  const blob = storedBytesId(blobIds, row.blob_id);
  context.tick();
  report.count("blobs");
  const decoded = decodeBlobHeader(plainBytes(row.header));
  if (!decoded.ok) {
    report.find({ type: "BlobDiffers", vault, blob, what: decoded.error.type });
    return;
  }
  const header = decoded.value;
  const what = faultOf(header, vault, blob, row);
  if (what !== undefined) report.find({ type: "BlobDiffers", vault, blob, what });
  const isCounted =
    row.missing_count === row.chunk_count - row.stored_count && row.extra_count === 0;
  if (!isCounted) report.find({ type: "BlobCountDiffers", vault, blob });
  if (!isDropProved(vault, blob, row)) report.find({ type: "DropUnproved", vault, blob });
  if (depth === "full") await checkChunks(context, vault, blob, header, row);
};

const faultOf = (
  header: BlobHeader,
  vault: VaultId,
  blob: BlobId,
  row: BlobRow,
): string | undefined => {
  if (header.vault !== vault) return "vault";
  if (header.chunkCount !== row.chunk_count) return "chunk count";
  if (blobByteLengthOf(header) !== row.byte_length) return "length";
  const hashes = Array.from({ length: row.chunk_count }, (_, index) => hashAt(row, index));
  return blobIdOf(header, hashes) === blob ? undefined : "id";
};

const hashAt = ({ chunk_hashes }: BlobRow, index: number): Uint8Array =>
  plainBytes(chunk_hashes.subarray(index * hashByteLength, (index + 1) * hashByteLength));

/** Whose account is gone cannot be asked any more: then only that nothing of the proof is missing. */
const isDropProved = (vault: VaultId, blob: BlobId, row: BlobRow): boolean => {
  const { dropped_at_ms, dropped_by, drop_said_at_ms, drop_signature, dropper_key } = row;
  const parts = [dropped_at_ms, dropped_by, drop_said_at_ms, drop_signature];
  if (parts.every((part) => part === null)) return true;
  if (dropped_at_ms === null || dropped_by === null) return false;
  if (drop_said_at_ms === null || drop_signature === null) return false;
  if (dropper_key === null) return true;
  const device = storedId<DeviceId>(deviceIds, dropped_by);
  const key = asSignPublicKey(plainBytes(dropper_key));
  const drop = { vault, blob, device, nowMs: drop_said_at_ms };
  return (
    drop_signature.length === signatureByteLength &&
    isBlobDropBy(key, drop, asSignature(plainBytes(drop_signature)))
  );
};

const signatureByteLength = 64;

const checkChunks = async (
  { tx, report, tick }: CheckContext,
  vault: VaultId,
  blob: BlobId,
  header: BlobHeader,
  row: BlobRow,
): Promise<void> => {
  const id = blobIds.toBytes(blob);
  for (let from = 0; from < row.chunk_count; from += pageChunkCount) {
    tick();
    const chunks = await tx<{ chunk_index: number; bytes: Uint8Array }[]>`
      select chunk_index, bytes from blob_chunks
      where vault_id = ${vault} and blob_id = ${id}
        and chunk_index between ${from} and ${Math.min(from + pageChunkCount, row.chunk_count) - 1}
      order by chunk_index`;
    for (const { chunk_index: chunk, bytes } of chunks) {
      report.count("chunks");
      const isRight =
        bytes.length === chunkByteLengthOf(header, chunk) &&
        bytesAreEqual(chunkHashOf(plainBytes(bytes)), hashAt(row, chunk));
      if (!isRight) report.find({ type: "ChunkDiffers", vault, blob, chunk });
    }
  }
};

const checkChunksAlone = async ({ tx, report }: CheckContext, vault: VaultId): Promise<void> => {
  const [row] = await tx<{ count: number }[]>`
    select count(*) as count from blob_chunks c
    where vault_id = ${vault} and not exists (
      select from blobs b where b.vault_id = c.vault_id and b.blob_id = c.blob_id
    )`;
  if (row !== undefined && row.count > 0)
    report.find({ type: "ChunksWithoutBlob", vault, what: row.count });
};
